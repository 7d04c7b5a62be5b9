import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Environment } from '../../lib/services.js'

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

/** A process whose work is measured: it says when it is ready, and answers every message with its processor time. */
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

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await ended
  }

  async #cpu(): Promise<number> {
    this.child.send('cpu')
    const [{ user, system }] = (await once(this.child, 'message')) as [CpuUsage]
    return user + system
  }
}

/** In the process that is measured: says that it is ready, and closes when it is stopped or left alone. */
export function serveMeasured(ready: object, close: () => Promise<void>): void {
  // Whoever started it may have gone while it started.
  if (!process.connected) process.exit()
  process.once('disconnect', () => process.exit())
  process.once('SIGTERM', async () => {
    await close()
    process.exit()
  })
  process.on('message', () => process.send?.(process.cpuUsage()))
  process.send?.(ready)
}
