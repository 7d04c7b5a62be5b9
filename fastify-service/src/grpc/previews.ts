import { Problem } from '@meeshy/shared/problems'
import { Gate } from '../gate.js'

const runningLimit = 64
const runningPerUser = 8

/** Bounds the previews under way, each of which holds a request and a model's time for seconds. */
export class Previews {
  readonly #all = new Gate({
    running: runningLimit,
    queued: 0,
    refusal: 'Too many previews are under way. Try again in a moment.',
  })
  readonly #byUser = new Map<string, number>()

  /** @throws Problem rate_limited when this person has too many, overloaded when all together have */
  async run<Result>(userId: string, work: () => Promise<Result>): Promise<Result> {
    const theirs = this.#byUser.get(userId) ?? 0
    if (theirs >= runningPerUser) {
      const detail = `At most ${runningPerUser} of your previews can be under way. Wait for one of them.`
      throw new Problem('rate_limited', detail, { retryAfterSeconds: 1 })
    }
    this.#byUser.set(userId, theirs + 1)
    try {
      return await this.#all.run(work)
    } finally {
      this.#leave(userId)
    }
  }

  #leave(userId: string): void {
    const left = (this.#byUser.get(userId) ?? 1) - 1
    if (left > 0) this.#byUser.set(userId, left)
    else this.#byUser.delete(userId)
  }
}
