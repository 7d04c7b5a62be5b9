import type { EngineOptions } from './engine-options.js'
import { EngineProcess } from './engine-process.js'
import type { Failure, FromEngine, ToEngine } from './engine-protocol.js'
import { stampModelFiles } from './model-files.js'

/** What a run tells its client. None of them is called before `start` has returned. */
export interface EngineRunHandlers {
  onLoaded(loaded: EngineLoaded): void
  /** The run is of no use; its exit follows. */
  onLoadFailed(failure: Failure): void
  onAnswer(answer: EngineAnswer): void
  /** The run is killed for this reason; its exit follows. */
  onKill(reason: string): void
  /** Called exactly once. */
  onExit(exit: EngineExit): void
}

export type EngineLoaded = Extract<FromEngine, { type: 'loaded' }>

export type EngineAnswer = Extract<FromEngine, { type: 'translated' | 'refused' }>

export interface EngineExit {
  code: number | null
  signal: string | null
  /** How far the run had come. */
  state: EngineRun['state']
}

/** One run of the engine, from the start of its process to the exit: it opens the model once, or is killed. */
export class EngineRun {
  readonly #options: EngineOptions
  readonly #handlers: EngineRunHandlers
  readonly #process: EngineProcess
  readonly #loadTimer: NodeJS.Timeout
  #state: 'loading' | 'ready' = 'loading'
  #exited = false
  #heardAt = 0
  #memoryBytes: number | null = null

  /** The run, or why there is none. */
  static start(options: EngineOptions, handlers: EngineRunHandlers): EngineRun | Failure {
    if (filesChanged(options)) return changedFiles
    try {
      return new EngineRun(options, handlers)
    } catch (error) {
      // Some of the system's refusals are thrown at once, that for want of memory among them.
      return { reason: 'engine_crashed', message: 'the engine could not be started', detail: String(error) }
    }
  }

  private constructor(options: EngineOptions, handlers: EngineRunHandlers) {
    const { execArgv, loadLimitMs, modelPath, threads } = options
    this.#options = options
    this.#handlers = handlers
    this.#process = new EngineProcess({
      execArgv,
      onMessage: (message) => this.#hear(message),
      onExit: (exit) => this.#end(exit),
    })
    this.#loadTimer = setTimeout(() => this.#kill('the model took too long to load'), loadLimitMs)
    this.#process.send({ type: 'load', modelPath, threads })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  get state(): 'loading' | 'ready' {
    return this.#state
  }

  /** As of its last answer; null before the first. */
  get memoryBytes(): number | null {
    return this.#memoryBytes
  }

  send(message: ToEngine): void {
    this.#process.send(message)
  }

  /** Any word from the engine from now on shows that it lives. While it loads, only the load limit counts. */
  watchForHang(): void {
    const since = performance.now()
    setTimeout(() => {
      const silent = !this.#exited && this.#state === 'ready' && this.#heardAt < since
      if (silent) this.#kill('the engine does not answer')
    }, this.#options.hangMs).unref()
  }

  /** Resolves when the process is gone. */
  async close(): Promise<void> {
    clearTimeout(this.#loadTimer)
    await this.#process.end()
  }

  #hear(message: FromEngine): void {
    this.#heardAt = performance.now()
    if ('memoryBytes' in message) this.#memoryBytes = message.memoryBytes
    if (message.type === 'loaded') this.#loaded(message)
    else if (message.type === 'load_failed') this.#loadFailed(message.failure)
    else this.#handlers.onAnswer(message)
  }

  #loaded(loaded: EngineLoaded): void {
    clearTimeout(this.#loadTimer)
    // Compared again, because they could be replaced while they were read.
    if (filesChanged(this.#options)) {
      this.#loadFailed(changedFiles)
      return
    }
    this.#state = 'ready'
    this.#handlers.onLoaded(loaded)
  }

  /** A process that failed to load is not tried again in the same life: what it allocated would stay. */
  #loadFailed(failure: Failure): void {
    this.#handlers.onLoadFailed(failure)
    this.#process.kill()
  }

  #kill(reason: string): void {
    this.#handlers.onKill(reason)
    this.#process.kill()
  }

  #end(exit: { code: number | null; signal: string | null }): void {
    clearTimeout(this.#loadTimer)
    this.#exited = true
    this.#handlers.onExit({ ...exit, state: this.#state })
  }
}

function filesChanged({ modelPath, modelStamp }: EngineOptions): boolean {
  return modelStamp !== undefined && modelStamp !== stampModelFiles(modelPath)
}

/** For when the service knows the model by a revision that is no longer that of its files. */
const changedFiles: Failure = {
  reason: 'model_failed',
  message: 'the files of the model have changed: restart the service',
  detail: null,
}
