import { Problem } from '@meeshy/shared/problems'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { Config } from '../config.js'

const windowSeconds = 10

export interface Rate {
  /** Null when there is room for one more. */
  problem: Problem | null
  /** How many times the allowed number was used in this window. */
  excess: number
}

/** Counts what each socket sends, in windows of ten seconds. */
export class Rates {
  readonly #frames: RateLimiterMemory
  readonly #sends: RateLimiterMemory

  constructor(config: Pick<Config, 'SOCKET_FRAMES_PER_10S' | 'SOCKET_SENDS_PER_10S'>) {
    this.#frames = new RateLimiterMemory({ points: config.SOCKET_FRAMES_PER_10S, duration: windowSeconds })
    this.#sends = new RateLimiterMemory({ points: config.SOCKET_SENDS_PER_10S, duration: windowSeconds })
  }

  /** Counts a frame at once; the answer follows. */
  countFrame(connectionId: string): Promise<Rate> {
    return count(this.#frames, connectionId)
  }

  countSend(connectionId: string): Promise<Rate> {
    return count(this.#sends, connectionId)
  }

  forget(connectionId: string): void {
    void this.#frames.delete(connectionId)
    void this.#sends.delete(connectionId)
  }
}

async function count(limiter: RateLimiterMemory, key: string): Promise<Rate> {
  try {
    await limiter.consume(key)
    return { problem: null, excess: 0 }
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    const retryAfterSeconds = Math.ceil(error.msBeforeNext / 1000)
    const detail = `Too much at once. Try again in ${retryAfterSeconds} s.`
    return {
      problem: new Problem('rate_limited', detail, { retryAfterSeconds }),
      excess: error.consumedPoints / limiter.points,
    }
  }
}
