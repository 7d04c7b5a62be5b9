import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { endWithThisProcess } from './end-with-process.js'
import type { Environment } from './services.js'

const readyLimitMs = 60_000

/** Arguments of node that run a service from its sources. */
export const fromSources = ['-C', '@meeshy/source', '--import', 'tsx', 'src/server.ts']

/** A service as a process that is killed and started again by hand. */
export class NodeService {
  #child: ChildProcess | undefined

  constructor(
    private readonly folder: string,
    private readonly environment: Environment,
    private readonly nodeArguments: readonly string[] = fromSources,
  ) {}

  /** Starts it and waits until it says that it is ready. @returns the milliseconds that took */
  async start(): Promise<number> {
    const startedAt = performance.now()
    // It reports over the channel at once, where asking it again and again would take a processor from it.
    const child = spawn(process.execPath, this.nodeArguments, {
      cwd: this.folder,
      env: this.environment,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child = child
    child.once(
      'exit',
      endWithThisProcess(() => child.kill('SIGKILL')),
    )
    const isReady = await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(readyLimitMs) }).then(() => true),
      once(child, 'exit').then(() => false),
    ])
    if (!isReady) throw new Error(`The service in ${this.folder} ended before it was ready`)
    return performance.now() - startedAt
  }

  /** Of the process that runs. */
  get pid(): number {
    if (!this.#child?.pid) throw new Error('The service is not started')
    return this.#child.pid
  }

  /** Whether the process has not ended by itself or by somebody's hand. */
  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** kill -9: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** @returns the exit code; null when a signal ended it */
  async stop(): Promise<number | null> {
    await this.#end('SIGTERM')
    return this.#child?.exitCode ?? null
  }

  /** Does something while all threads of the process stand still, if it runs. */
  async frozen<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.isRunning) return work()
    this.#child?.kill('SIGSTOP')
    try {
      while (!isStopped(this.pid)) await delay(1)
      return await work()
    } finally {
      this.#child?.kill('SIGCONT')
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (!child || !this.isRunning) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
}

/** By what Linux says of every thread: "pid (name) T …". */
function isStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).every((task) =>
    readFileSync(`${tasks}/${task}/stat`, 'utf8').split(') ')[1]?.startsWith('T'),
  )
}
