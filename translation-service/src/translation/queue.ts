import type { Logger } from '@meeshy/shared/logging'

const concurrency = 4
const refillRetryMs = 1000

export interface QueueOptions {
  /** Messages held in memory, waiting and running. */
  limit: number
  /** Translates one message; answers after how many milliseconds to try again, or null when it is done. */
  translate: (messageId: string) => Promise<number | null>
  /** The longest waiting messages in the database, at most `limit`, without those in `except`. */
  listPending: (limit: number, except: ReadonlySet<string>) => Promise<string[]>
  log: Logger
}

/**
 * Messages on their way to a translation. The work itself is in the database: the queue holds the ids of at most
 * `limit` messages and fetches more when it has room, at the start and after it was full, so that nothing is lost by
 * a crash and a send never waits or fails because of it.
 */
export class TranslationQueue {
  readonly #waiting = new Set<string>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #retries = new Map<string, NodeJS.Timeout>()
  /** More is pending in the database than is held here. */
  #behind = true
  #refilling = false
  #closed = false

  constructor(private readonly options: QueueOptions) {}

  /** Takes up what a former run left. */
  start(): void {
    this.#next()
  }

  /** Adds a message whose pending languages are in the database. */
  add(messageId: string): void {
    // One that is running has got another language: what it needs now was not there when it was read.
    if (this.#running.has(messageId)) this.#waiting.add(messageId)
    else if (this.size >= this.options.limit) this.#behind = true
    else if (!this.#retries.has(messageId)) this.#waiting.add(messageId)
    this.#next()
  }

  get size(): number {
    return this.#waiting.size + this.#running.size + this.#retries.size
  }

  /** Starts nothing more and waits for what is running; what is left stays pending in the database. */
  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#retries.values()) clearTimeout(timer)
    await Promise.all(this.#running.values())
  }

  #next(): void {
    for (const messageId of this.#waiting) {
      if (this.#closed || this.#running.size >= concurrency) break
      if (this.#running.has(messageId)) continue
      this.#waiting.delete(messageId)
      this.#running.set(messageId, this.#run(messageId))
    }
    if (this.#behind && this.#waiting.size === 0) void this.#refill()
  }

  async #run(messageId: string): Promise<void> {
    let retryAfterMs: number | null
    try {
      retryAfterMs = await this.options.translate(messageId)
    } catch (error) {
      this.options.log.error('a translation could not be read or stored', { messageId, error })
      retryAfterMs = 1000
    }
    this.#running.delete(messageId)
    if (retryAfterMs !== null && !this.#closed) this.#retryLater(messageId, retryAfterMs)
    this.#next()
  }

  #retryLater(messageId: string, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#retries.delete(messageId)
      this.add(messageId)
    }, delayMs)
    this.#retries.set(messageId, timer)
  }

  async #refill(): Promise<void> {
    const room = this.options.limit - this.size
    if (this.#refilling || this.#closed || room <= 0) return
    this.#refilling = true
    this.#behind = false
    try {
      const held = new Set([...this.#running.keys(), ...this.#retries.keys()])
      const found = await this.options.listPending(room, held)
      for (const messageId of found) this.#waiting.add(messageId)
      if (found.length === room) this.#behind = true
    } catch (error) {
      this.options.log.error('pending translations could not be read', { error })
      this.#behind = true
      setTimeout(() => this.#next(), refillRetryMs).unref()
      return
    } finally {
      this.#refilling = false
    }
    if (this.#waiting.size > 0 || this.#behind) this.#next()
  }
}
