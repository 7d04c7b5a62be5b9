import type { Language } from '@meeshy/shared/languages'

/** One sentence to be written in one or several languages. */
export interface TranslationRequest {
  /** One sentence: models drop sentences of longer input. At most a few hundred characters. */
  text: string
  source: Language
  targets: readonly Language[]
  /** Aborting rejects the translation with reason `cancelled`, at the latest after the running step. */
  signal?: AbortSignal
}

/** A sentence in one target language, and how sure the model was of it. */
export interface TranslationOutput {
  target: Language
  text: string
  /**
   * Natural logarithm of the least likely token's probability, 0 or below. -Infinity stands for a sentence that the
   * model did not finish within its length limit, or could not read because it was too long.
   */
  minLogProb: number
  /** Tokens written, the end of the sentence included. */
  tokens: number
}

/** A model: it is opened once, translates for as long as it lives, and is closed once. */
export interface Translator {
  /** Loads the model. Not needed before `translate`, which does it too. @throws TranslatorError */
  initialize(): Promise<void>
  /** The outputs stand in the order of the targets. The same request gives the same outputs. @throws TranslatorError */
  translate(request: TranslationRequest): Promise<TranslationOutput[]>
  /** Rejects what is pending and frees the model. Further calls are rejected with reason `cancelled`. */
  close(): Promise<void>
}

/** Why a translator did not answer, and whether asking again later can help. */
const translatorErrorReasons = {
  model_absent: { retriable: false },
  model_failed: { retriable: false },
  engine_crashed: { retriable: true },
  overloaded: { retriable: true },
  cancelled: { retriable: false },
  timed_out: { retriable: true },
} as const

export type TranslatorErrorReason = keyof typeof translatorErrorReasons

/** The only error that a translator rejects with. Its message is a fixed sentence without anybody's text. */
export class TranslatorError extends Error {
  readonly reason: TranslatorErrorReason
  readonly retriable: boolean

  constructor(reason: TranslatorErrorReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TranslatorError'
    this.reason = reason
    this.retriable = translatorErrorReasons[reason].retriable
  }
}
