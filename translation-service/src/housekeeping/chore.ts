export interface ChoreOptions {
  /** How long to rest after a round. */
  everyMs: number
  /** A round; to be given up when the signal aborts. */
  work: (signal: AbortSignal) => Promise<void>
  /** Told why a round failed; the next one comes at its time. */
  failed: (error: unknown) => void
}

/** Work that is done at the start, then from time to time, and at once when somebody asks for it; never twice at once. */
export class Chore {
  readonly #closing = new AbortController()
  #rest: NodeJS.Timeout | undefined
  #round: Promise<void> | null = null
  #askedFor = false

  constructor(private readonly options: ChoreOptions) {}

  /** Begins a round, or has one follow that begins after this moment. */
  wake(): void {
    this.#askedFor = true
    if (this.#round || this.#closing.signal.aborted) return
    clearTimeout(this.#rest)
    this.#round = this.#work()
  }

  /** Ends with what is under way. */
  async close(): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#rest)
    await this.#round
  }

  async #work(): Promise<void> {
    const { everyMs, work, failed } = this.options
    const { signal } = this.#closing
    while (this.#askedFor && !signal.aborted) {
      this.#askedFor = false
      try {
        await work(signal)
      } catch (error) {
        if (!signal.aborted) failed(error)
      }
    }
    this.#round = null
    if (!signal.aborted) this.#rest = setTimeout(() => this.wake(), everyMs)
  }
}
