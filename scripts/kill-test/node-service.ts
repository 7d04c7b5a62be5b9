import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { waitUntilReady } from '../lib/ask.js'
import type { Environment, Service } from '../lib/services.js'

const readyLimitMs = 60_000

/** A service as a process that is killed and started again by hand. */
export class NodeService {
  #child: ChildProcess | undefined

  constructor(
    private readonly service: Service,
    private readonly environment: Environment,
  ) {}

  /** Starts it and waits until it is ready. @returns the milliseconds that took */
  async start(): Promise<number> {
    const startedAt = performance.now()
    this.#child = spawn(process.execPath, ['-C', '@meeshy/source', '--import', 'tsx', 'src/server.ts'], {
      cwd: this.service.folder,
      env: this.environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const ready = await waitUntilReady(this.service.url, AbortSignal.timeout(readyLimitMs))
    if (!ready) throw new Error(`${this.service.name} was not ready within ${readyLimitMs} ms`)
    return performance.now() - startedAt
  }

  /** kill -9: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
}
