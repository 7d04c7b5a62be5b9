/** Does a work when it is asked to: at once, but not again before so many milliseconds have passed. */
export class Throttle {
  readonly #work: () => Promise<void>
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined
  #doneAt = Number.NEGATIVE_INFINITY
  #asked = false
  #running = false
  #closed = false

  /** @param work handles its failures itself */
  constructor(work: () => Promise<void>, everyMs: number) {
    this.#work = work
    this.#everyMs = everyMs
  }

  ask(): void {
    this.#asked = true
    if (this.#timer || this.#running || this.#closed) return
    const waitMs = Math.max(0, this.#doneAt + this.#everyMs - performance.now())
    this.#timer = setTimeout(() => void this.#run(), waitMs).unref()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  async #run(): Promise<void> {
    this.#timer = undefined
    this.#asked = false
    this.#running = true
    await this.#work()
    this.#running = false
    this.#doneAt = performance.now()
    if (this.#asked) this.ask()
  }
}
