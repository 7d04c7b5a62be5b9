import type { EngineStatus } from '../inference/engine-client.js'
import type { Translator } from '../inference/translator.js'

/** A model as the rest of the service sees it, whether its files are there or not. */
export interface TranslationModel {
  name: string
  family: 'nllb' | 'mt5'
  licence: string
  sizeBytes: number
  /** What an operator should know of it. */
  hint: string
  /** Changes with what the model says and shows, so that the memory never mixes two; null when it cannot be used. */
  revision: string | null
  /** A translation with a token less likely than this (natural logarithm) is not shown. */
  minTokenLogProb: number
  /** Rejects when the model cannot be used. */
  translator: Translator
  status(): EngineStatus
}
