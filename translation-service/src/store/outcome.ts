/** What became of a text in one language. */
export type Outcome =
  | {
      status: 'ready'
      text: string
      model: string
      /** 0 to 1: the probability of the least certain token. */
      confidence: number
      /** Whether it came from the translation memory. */
      cached: boolean
    }
  | {
      /** The original is shown on purpose: nothing to translate, or not good enough. */
      status: 'skipped'
      reason: string
    }
  | {
      /** It could not be tried. */
      status: 'failed'
      reason: string
      /** Whether trying again may help. */
      retriable: boolean
    }
