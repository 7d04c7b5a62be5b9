import { Problem } from '@meeshy/shared/problems'

const limit = 64
const perUserLimit = 8

/** Keeps those who wait for a translation from taking the engine and the connection away from messages. */
export class Slots {
  readonly #byUser = new Map<string, number>()
  #taken = 0

  /** Runs `work` in a slot of this user. @throws Problem overloaded when they or all have none left */
  async run<Result>(userId: string, work: () => Promise<Result>): Promise<Result> {
    const mine = this.#byUser.get(userId) ?? 0
    if (mine >= perUserLimit || this.#taken >= limit) throw overloaded()
    this.#byUser.set(userId, mine + 1)
    this.#taken += 1
    try {
      return await work()
    } finally {
      this.#taken -= 1
      const left = (this.#byUser.get(userId) ?? 1) - 1
      if (left === 0) this.#byUser.delete(userId)
      else this.#byUser.set(userId, left)
    }
  }
}

/** Too much to translate. */
export function overloaded(): Problem {
  return new Problem('overloaded', 'Too much to translate at the moment. Try again in a second.', {
    retryAfterSeconds: 1,
  })
}
