import type { ToEngine } from './engine-protocol.js'
import { type TranslationOutput, type TranslationRequest, TranslatorError } from './translator.js'

export interface PendingRequestsOptions {
  deadlineMs: number
  /** Nobody waits for this request any more. Says whether the engine knows of it and so will answer it. */
  onAbandoned(id: number): boolean
  onDeadline(): void
}

/**
 * The requests that the engine owes an answer. One that was cancelled or timed out is rejected at once but stays here
 * until the engine answers or ends: it still takes a place in the engine's queue, so it has to count.
 */
export class PendingRequests {
  readonly #options: PendingRequestsOptions
  readonly #entries = new Map<number, Entry>()
  #lastId = 0

  constructor(options: PendingRequestsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  /** Whether anybody still waits for one of them. */
  get wanted(): boolean {
    return this.ids().length > 0
  }

  /** The requests that somebody waits for, oldest first. */
  ids(): number[] {
    return [...this.#entries].filter(([, entry]) => !entry.settled).map(([id]) => id)
  }

  add(request: TranslationRequest): { id: number; outputs: Promise<TranslationOutput[]> } {
    const id = ++this.#lastId
    const outputs = new Promise<TranslationOutput[]>((resolve, reject) => {
      const abort = () => this.#abandon(id, new TranslatorError('cancelled', 'the translation was cancelled'))
      const timer = setTimeout(() => this.#expire(id), this.#options.deadlineMs)
      request.signal?.addEventListener('abort', abort, { once: true })
      const release = () => {
        clearTimeout(timer)
        request.signal?.removeEventListener('abort', abort)
      }
      this.#entries.set(id, { request, resolve, reject, release, settled: false })
    })
    return { id, outputs }
  }

  message(id: number): ToEngine {
    const { text, source, targets } = (this.#entries.get(id) as Entry).request
    return { type: 'translate', id, text, source, targets }
  }

  resolve(id: number, outputs: TranslationOutput[]): void {
    this.#settle(id)?.resolve(outputs)
    this.#entries.delete(id)
  }

  reject(id: number, error: TranslatorError): void {
    this.#settle(id)?.reject(error)
    this.#entries.delete(id)
  }

  /** For the end of an engine: it owes nothing any more. */
  rejectAll(error: TranslatorError): void {
    for (const id of [...this.#entries.keys()]) this.reject(id, error)
  }

  #expire(id: number): void {
    this.#abandon(id, new TranslatorError('timed_out', 'the translation took too long'))
    this.#options.onDeadline()
  }

  #abandon(id: number, error: TranslatorError): void {
    this.#settle(id)?.reject(error)
    if (!this.#options.onAbandoned(id)) this.#entries.delete(id)
  }

  /** The entry, if this is its first answer. */
  #settle(id: number): Entry | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.settled) return undefined
    entry.settled = true
    entry.release()
    return entry
  }
}

interface Entry {
  request: TranslationRequest
  resolve(outputs: TranslationOutput[]): void
  reject(error: TranslatorError): void
  release(): void
  settled: boolean
}
