import { Backoff } from './backoff.js'
import {
  type Engine,
  type EngineClientOptions,
  type EngineEvent,
  type EngineOptions,
  type EngineStatus,
  withDefaults,
} from './engine-options.js'
import type { Failure } from './engine-protocol.js'
import { type EngineAnswer, type EngineExit, type EngineLoaded, EngineRun } from './engine-run.js'
import { PendingRequests } from './pending-requests.js'
import { type TranslationOutput, type TranslationRequest, TranslatorError } from './translator.js'

export type { Engine, EngineClientOptions, EngineEvent, EngineStatus }

/**
 * A model in a process of its own. The process is started on the first request. When it ends, all that is pending is
 * rejected with `engine_crashed`, and it is started again for the next request, after a pause that doubles from 250 ms
 * to 10 s as long as no translation succeeds.
 */
export class EngineClient implements Engine {
  readonly #options: EngineOptions
  readonly #pending: PendingRequests
  readonly #backoff = new Backoff()
  #backoffTimer: NodeJS.Timeout | undefined
  #run: EngineRun | undefined
  #starts = 0
  /** Why the latest run could not load. */
  #failure: TranslatorError | undefined
  #waiting: { resolve: () => void; reject: (error: TranslatorError) => void }[] = []
  #lastUsedAt: string | null = null
  #closed = false

  constructor(options: EngineClientOptions) {
    this.#options = withDefaults(options)
    this.#pending = new PendingRequests({
      deadlineMs: this.#options.deadlineMs,
      onAbandoned: (id) => this.#cancel(id),
      onDeadline: () => this.#run?.watchForHang(),
    })
  }

  async initialize(): Promise<void> {
    this.#refuse()
    if (this.#run?.state === 'ready') return
    const ready = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    this.#start()
    await ready
  }

  async translate(request: TranslationRequest): Promise<TranslationOutput[]> {
    this.#refuse(request.signal)
    if (this.#pending.size >= this.#options.pendingLimit) {
      throw new TranslatorError('overloaded', `${this.#pending.size} translations are already waiting`)
    }
    const { id, outputs } = this.#pending.add(request)
    if (this.#run === undefined) this.#start()
    else this.#run.send(this.#pending.message(id))
    return outputs
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#backoffTimer)
    this.#rejectAll(new TranslatorError('cancelled', 'the translator was closed'))
    await this.#run?.close()
  }

  status(): EngineStatus {
    const idle = this.#failure === undefined ? 'present' : 'failed'
    return {
      state: this.#run?.state ?? idle,
      ...(this.#failure === undefined ? {} : { reason: this.#failure.message }),
      memoryBytes: this.#run?.memoryBytes ?? null,
      lastUsedAt: this.#lastUsedAt,
      pending: this.#pending.size,
      restarts: Math.max(0, this.#starts - 1),
    }
  }

  /** Throws when it makes no sense to ask: the answer is known without the engine. */
  #refuse(signal?: AbortSignal): void {
    if (this.#closed) throw new TranslatorError('cancelled', 'the translator was closed')
    if (signal?.aborted) throw new TranslatorError('cancelled', 'the translation was cancelled')
    const failing = this.#run === undefined && this.#backoff.waitMs() > 0
    if (failing && this.#failure !== undefined) throw this.#failure
  }

  /** Starts the engine, or has it started when the pause after its last end is over. */
  #start(): void {
    if (this.#run !== undefined || this.#closed) return
    clearTimeout(this.#backoffTimer)
    const waitMs = this.#backoff.waitMs()
    if (waitMs > 0) {
      this.#backoffTimer = setTimeout(() => this.#start(), waitMs)
      return
    }
    if (this.#pending.wanted || this.#waiting.length > 0) this.#launch()
  }

  #launch(): void {
    this.#failure = undefined
    const run = EngineRun.start(this.#options, {
      onLoaded: (loaded) => this.#loaded(loaded),
      onLoadFailed: (failure) => this.#loadFailed(failure),
      onAnswer: (answer) => this.#answered(answer),
      onKill: (reason) => this.#event('engine_killed', { reason }),
      onExit: (exit) => this.#exited(exit),
    })
    if (run instanceof EngineRun) {
      this.#launched(run)
    } else {
      this.#loadFailed(run)
      this.#ended()
    }
  }

  #launched(run: EngineRun): void {
    this.#run = run
    this.#starts++
    for (const id of this.#pending.ids()) run.send(this.#pending.message(id))
    this.#event('engine_started', { pid: run.pid, starts: this.#starts })
  }

  #loaded({ loadMs, memoryBytes }: EngineLoaded): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve()
    this.#event('engine_loaded', { loadMs: Math.round(loadMs), memoryBytes })
  }

  #loadFailed({ reason, message, detail }: Failure): void {
    this.#failure = new TranslatorError(reason, message)
    this.#event('engine_load_failed', { reason, detail })
    this.#rejectAll(this.#failure)
  }

  #answered(answer: EngineAnswer): void {
    if (answer.type === 'translated') {
      this.#backoff.succeeded()
      this.#lastUsedAt = new Date().toISOString()
      this.#pending.resolve(answer.id, answer.outputs)
    } else {
      const { reason, message, detail } = answer.failure
      this.#pending.reject(answer.id, new TranslatorError(reason, message))
      if (reason !== 'cancelled') this.#event('translation_refused', { reason, detail })
    }
  }

  #exited(exit: EngineExit): void {
    if (exit.state === 'loading')
      this.#failure ??= new TranslatorError('engine_crashed', 'the engine ended while loading')
    this.#event('engine_exited', { ...exit, pending: this.#pending.size })
    this.#ended()
  }

  /** Back to the state before the start, but for the pause until the next. */
  #ended(): void {
    this.#run = undefined
    this.#backoff.failed()
    this.#rejectAll(this.#failure ?? new TranslatorError('engine_crashed', 'the engine ended'))
  }

  #cancel(id: number): boolean {
    this.#run?.send({ type: 'cancel', id })
    return this.#run !== undefined
  }

  #rejectAll(error: TranslatorError): void {
    this.#pending.rejectAll(error)
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }

  #event(event: EngineEvent, fields: Readonly<Record<string, unknown>>): void {
    this.#options.onEvent?.(event, fields)
  }
}
