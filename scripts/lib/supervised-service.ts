import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { waitUntilReady } from './ask.js'
import type { Environment, Service } from './services.js'

/** What a supervised service tells the one who started it. */
export interface Watcher {
  /** A line that the service printed. */
  line(service: Service, text: string): void
  /** Something that happened to the service, as a sentence. */
  notice(text: string): void
  ready(service: Service): void
  /** The service never gets ready; it is not started again. */
  givenUp(service: Service): void
}

const maxEndsBeforeReady = 5
const maxBackoffMs = 30_000
/** A service that lived this long is started again without a growing delay. */
const steadyMs = 30_000
const stopLimitMs = 10_000

/** A service as a child process that is started again when it dies, until it is stopped. */
export class SupervisedService {
  #child: ChildProcess | undefined
  #restart: NodeJS.Timeout | undefined
  #stopping = false
  #restarts = 0
  #endsBeforeReady = 0

  constructor(
    readonly service: Service,
    private readonly environment: Environment,
    private readonly watcher: Watcher,
    private readonly firstBackoffMs: number,
  ) {}

  start(): void {
    const child = spawn(process.execPath, ['-C', '@meeshy/source', '--import', 'tsx', 'src/server.ts'], {
      cwd: this.service.folder,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C reaches this process only, which then stops the services in good order.
      detached: true,
    })
    this.#child = child
    const began = performance.now()
    const ended = new AbortController()
    let ready = false
    this.watcher.notice(`${this.service.name} is starting (pid ${child.pid})`)
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (text) => this.watcher.line(this.service, text))
    }
    void waitUntilReady(this.service.url, ended.signal).then((answered) => {
      if (!answered) return
      ready = true
      this.#endsBeforeReady = 0
      this.watcher.ready(this.service)
    })
    child.once('error', (error) => this.watcher.notice(`${this.service.name} cannot be started: ${error.message}`))
    // What the service started itself holds its output open, and "close" waits for that.
    child.once('exit', () => killGroup(child))
    // The last lines, which say why it ended, have been read by now.
    child.once('close', (code, signal) => {
      ended.abort()
      if (!this.#stopping) this.#startAgain({ ready, lived: performance.now() - began, how: howItEnded(code, signal) })
    })
  }

  /** Asks the service to end, and kills it after 10 s or when `hurry` comes. */
  async stop(hurry: AbortSignal): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#restart)
    const child = this.#child
    if (!child || hasEnded(child)) return
    const closed = once(child, 'close')
    child.kill('SIGTERM')
    const inTime = await Promise.race([closed.then(() => true), limit(stopLimitMs, hurry)])
    if (inTime) return
    this.watcher.notice(`${this.service.name} does not end, it is killed`)
    killGroup(child)
    await closed
  }

  /** Kills the service at once, for the case that this process itself ends. */
  kill(): void {
    if (this.#child && !hasEnded(this.#child)) killGroup(this.#child)
  }

  #startAgain({ ready, lived, how }: { ready: boolean; lived: number; how: string }): void {
    if (!ready) this.#endsBeforeReady += 1
    if (this.#endsBeforeReady >= maxEndsBeforeReady) {
      this.watcher.notice(`${this.service.name} ${how}, for the ${maxEndsBeforeReady}th time before it was ready`)
      this.watcher.givenUp(this.service)
      return
    }
    if (lived > steadyMs) this.#restarts = 0
    const backoffMs = Math.min(this.firstBackoffMs * 2 ** this.#restarts, maxBackoffMs)
    this.#restarts += 1
    this.watcher.notice(`${this.service.name} ${how}, starting it again in ${backoffMs / 1000} s`)
    this.#restart = setTimeout(() => this.start(), backoffMs)
  }
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `was ended by ${signal}` : `ended with code ${code}`
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Ends what is left of the service and of the processes that it started. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nothing is left.
  }
}

/** Resolves with false after the time, or when the signal comes. */
async function limit(ms: number, signal: AbortSignal): Promise<false> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined)
  return false
}
