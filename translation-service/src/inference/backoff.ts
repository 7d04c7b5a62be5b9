const FIRST_PAUSE_MS = 250
const LAST_PAUSE_MS = 10_000

/** How long to leave something alone that keeps failing: 250 ms, doubling to 10 s, until it succeeds once. */
export class Backoff {
  #pauseMs = FIRST_PAUSE_MS
  #until = 0

  /** Milliseconds that are left of the pause; 0 when there is none. */
  waitMs(): number {
    return Math.max(0, this.#until - performance.now())
  }

  failed(): void {
    this.#until = performance.now() + this.#pauseMs
    this.#pauseMs = Math.min(2 * this.#pauseMs, LAST_PAUSE_MS)
  }

  succeeded(): void {
    this.#pauseMs = FIRST_PAUSE_MS
  }
}
