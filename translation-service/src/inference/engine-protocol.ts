import type { Language } from '@meeshy/shared/languages'
import type { TranslationOutput, TranslatorErrorReason } from './translator.js'

/** What the service says to the engine. `load` comes first, once. */
export type ToEngine =
  | { type: 'load'; modelPath: string; threads: number }
  | { type: 'translate'; id: number; text: string; source: Language; targets: readonly Language[] }
  | { type: 'cancel'; id: number }

/** What the engine says. `load` gets one of the first two, every `translate` exactly one of the last two. */
export type FromEngine =
  | { type: 'loaded'; loadMs: number; memoryBytes: number }
  | { type: 'load_failed'; failure: Failure }
  | { type: 'translated'; id: number; outputs: TranslationOutput[]; memoryBytes: number }
  | { type: 'refused'; id: number; failure: Failure; memoryBytes: number }

/** A TranslatorError as it crosses the border between the processes. */
export interface Failure {
  reason: TranslatorErrorReason
  message: string
  /** What the runtime said, for the log of the operator: it may name files, never anybody's text. */
  detail: string | null
}
