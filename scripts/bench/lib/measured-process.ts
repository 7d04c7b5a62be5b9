import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Environment } from '../../lib/services.js'
// Not by way of the command, which checks settings: what that loads would start with every process.
import { Stop } from '../../lib/stop.js'

export type CpuUsage = ReturnType<typeof process.cpuUsage>

export interface ProcessOptions {
  /** What it is told, beside its environment. */
  options?: object
  environment?: Environment
  /** Whether what it prints is thrown away. */
  silent?: boolean
  /** For node itself. */
  nodeArguments?: readonly string[]
}

/** What a process says to an order: its answer, or why there is none. */
type Reply = { answer: unknown } | { error: string }

const askCpu = 'cpu'

/** A process whose work is measured: it says when it is ready, and tells its processor time when it is asked. */
export class MeasuredProcess<Ready> {
  private constructor(
    private readonly child: ChildProcess,
    /** What it said when it was ready. */
    readonly ready: Ready,
  ) {}

  /** @param script a module that calls `serveMeasured` when it is ready */
  static async start<Ready>(script: string, given: ProcessOptions = {}): Promise<MeasuredProcess<Ready>> {
    const { options = {}, environment = {}, silent = false, nodeArguments = [] } = given
    const child = fork(script, [JSON.stringify(options)], {
      env: { ...process.env, ...environment },
      execArgv: [...nodeArguments, '-C', '@meeshy/source', '--import', 'tsx'],
      stdio: ['ignore', silent ? 'ignore' : 'inherit', 'inherit', 'ipc'],
    })
    const first = await Promise.race([
      once(child, 'message').then(([ready]) => ({ ready: ready as Ready })),
      once(child, 'exit').then(() => null),
    ])
    if (!first) throw new Error(`${script} ended before it was ready`)
    return new MeasuredProcess(child, first.ready)
  }

  /** Microseconds of processor time that the process takes for some work, all of its threads together. */
  async cpuOf(work: () => Promise<unknown>): Promise<number> {
    const before = await this.#cpu()
    await work()
    return (await this.#cpu()) - before
  }

  get pid(): number {
    return this.child.pid ?? Number.NaN
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await ended
  }

  /**
   * Gives the process an order of its own and waits for the answer, one at a time.
   *
   * @throws Stop with the process's own words when it cannot do it
   */
  async ask<Answer>(order: object | typeof askCpu): Promise<Answer> {
    const cancel = new AbortController()
    const { signal } = cancel
    const ended = once(this.child, 'exit', { signal }).then((): [Reply] => [{ error: 'the process ended' }])
    const answered = once(this.child, 'message', { signal }) as Promise<[Reply]>
    this.child.send(order)
    try {
      const [reply] = await Promise.race([answered, ended])
      if ('error' in reply) throw new Stop(reply.error)
      return reply.answer as Answer
    } finally {
      ended.catch(() => undefined)
      answered.catch(() => undefined)
      cancel.abort()
    }
  }

  async #cpu(): Promise<number> {
    const { user, system } = await this.ask<CpuUsage>(askCpu)
    return user + system
  }
}

/**
 * In the process that is measured: says that it is ready, and closes when it is stopped or left alone.
 *
 * @param obey answers the orders that `ask` gives
 */
export function serveMeasured(
  ready: object,
  close: () => Promise<void>,
  obey: (order: never) => Promise<unknown> = refuse,
): void {
  // Whoever started it may have gone while it started.
  if (!process.connected) process.exit()
  process.once('disconnect', () => process.exit())
  process.once('SIGTERM', async () => {
    await close()
    process.exit()
  })
  process.on('message', async (order) => {
    process.send?.(order === askCpu ? { answer: process.cpuUsage() } : await reply(() => obey(order as never)))
  })
  process.send?.(ready)
}

async function reply(work: () => Promise<unknown>): Promise<Reply> {
  try {
    return { answer: await work() }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

async function refuse(): Promise<never> {
  throw new Error('this process takes no orders')
}
