import { Problem } from '@meeshy/shared/problems'

export interface GateLimits {
  /** How many run at once. */
  running: number
  /** How many wait; one more is refused. */
  queued: number
  /** What the refused are told. */
  refusal: string
}

/** Lets some run and some wait, and refuses the rest at once with `overloaded`. */
export class Gate {
  #running = 0
  readonly #waiting: Array<() => void> = []

  constructor(readonly limits: GateLimits) {}

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.limits.running) {
      this.#running += 1
      return
    }
    if (this.#waiting.length >= this.limits.queued) {
      throw new Problem('overloaded', this.limits.refusal, { retryAfterSeconds: 1 })
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** The place goes to the next in line, or becomes free. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running -= 1
  }
}
