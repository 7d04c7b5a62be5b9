/** A translation and where it comes from. */
export interface TranslatedText {
  text: string
  model: string
  /** 0 to 1: the probability of the least certain token. */
  confidence: number
}

/** The original is shown on purpose: nothing to translate, or not good enough. */
export interface Skipped {
  status: 'skipped'
  reason: string
}

/** It could not be tried. */
export interface Failed {
  status: 'failed'
  reason: string
  /** Whether trying again may help. */
  retriable: boolean
}

export interface Ready extends TranslatedText {
  status: 'ready'
  /** Whether it came from the translation memory. */
  cached: boolean
  /** Its key there. */
  memoryKey: string
}

/** What became of a text in one language. */
export type Outcome = Ready | Skipped | Failed
