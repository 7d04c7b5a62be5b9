import { setImmediate } from 'node:timers/promises'
import type { Engine, EngineStatus } from '../engine-client.js'
import {
  type TranslationOutput,
  type TranslationRequest,
  TranslatorError,
  type TranslatorErrorReason,
} from '../translator.js'

/**
 * A translator without a model, for tests: "bonjour" into English is "[en] bonjour", sure to the degree of
 * `minLogProb`. It counts its calls and can be told to wait, to fail or to crash.
 */
export class FakeTranslator implements Engine {
  /** Calls of each verb so far; `translated` counts texts per target. */
  readonly calls = { initialize: 0, translate: 0, translated: 0, close: 0 }
  /** Every request, in the order of arrival. */
  readonly requests: TranslationRequest[] = []
  /** What the answers say of their certainty. */
  minLogProb = -0.05
  #gate: { opened: Promise<void>; open: () => void } | undefined
  #failures: TranslatorErrorReason[] = []
  readonly #pending = new Set<(error: TranslatorError) => void>()
  #closed = false

  async initialize(): Promise<void> {
    this.calls.initialize++
    this.#throwIfClosed()
  }

  async translate(request: TranslationRequest): Promise<TranslationOutput[]> {
    this.#throwIfClosed()
    if (request.signal?.aborted) throw new TranslatorError('cancelled', 'the translation was cancelled')
    this.calls.translate++
    this.requests.push(request)
    await this.#untilAnswered(request.signal)
    const failure = this.#failures.shift()
    if (failure !== undefined) throw new TranslatorError(failure, 'the fake was told to fail')
    this.calls.translated += request.targets.length
    return request.targets.map((target) => this.#output(request.text, target))
  }

  async close(): Promise<void> {
    this.calls.close++
    this.#closed = true
    this.#rejectAll('cancelled')
  }

  status(): EngineStatus {
    return { state: 'ready', memoryBytes: null, lastUsedAt: null, pending: this.#pending.size, restarts: 0 }
  }

  /** Holds back every answer until `release`. */
  block(): void {
    let open = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    this.#gate ??= { opened, open }
  }

  release(): void {
    this.#gate?.open()
    this.#gate = undefined
  }

  /** The next `count` requests to be answered are rejected with this reason. */
  failNext(reason: TranslatorErrorReason, count = 1): void {
    this.#failures.push(...new Array<TranslatorErrorReason>(count).fill(reason))
  }

  /** Rejects what is pending, as when the engine's process ends. Later requests are answered again. */
  crash(): void {
    this.#rejectAll('engine_crashed')
  }

  #output(text: string, target: TranslationOutput['target']): TranslationOutput {
    return { target, text: `[${target}] ${text}`, minLogProb: this.minLogProb, tokens: text.split(/\s+/).length + 1 }
  }

  /** Answers come in a later turn of the event loop, as those of a real engine do. */
  async #untilAnswered(signal: AbortSignal | undefined): Promise<void> {
    let reject: (error: TranslatorError) => void = () => {}
    const rejected = new Promise<never>((_, onReject) => {
      reject = onReject
    })
    const abort = () => reject(new TranslatorError('cancelled', 'the translation was cancelled'))
    this.#pending.add(reject)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      await Promise.race([rejected, this.#gate?.opened ?? setImmediate()])
    } finally {
      this.#pending.delete(reject)
      signal?.removeEventListener('abort', abort)
    }
  }

  #rejectAll(reason: TranslatorErrorReason): void {
    for (const reject of this.#pending) reject(new TranslatorError(reason, 'the fake was told to'))
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new TranslatorError('cancelled', 'the translator was closed')
  }
}
