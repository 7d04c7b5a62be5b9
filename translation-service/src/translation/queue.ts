import type { Logger } from '@meeshy/shared/logging'
import type { WaitingMessage } from '../store/pending.js'
import { type Priority, priorities } from '../store/priorities.js'

const concurrency = 4
const refillRetryMs = 1000

export interface QueueOptions {
  /** Messages held in memory, waiting and running. */
  limit: number
  /** Translates one message; answers after how many milliseconds to try again, or null when it is done. */
  translate: (messageId: string) => Promise<number | null>
  /** What to translate next according to the database, at most `limit` messages, without those in `except`. */
  listPending: (limit: number, except: ReadonlySet<string>) => Promise<WaitingMessage[]>
  log: Logger
}

/**
 * Messages on their way to a translation, those first that somebody waits for. The work itself is in the database: the
 * queue holds the ids of at most `limit` messages and fetches more when it has room, at the start and after it was
 * full, so that nothing is lost by a crash and a send never waits or fails because of it.
 */
export class TranslationQueue {
  readonly #waiting = new Waiting()
  readonly #running = new Map<string, Promise<void>>()
  readonly #retries = new Map<string, { timer: NodeJS.Timeout; priority: Priority }>()
  /** More is pending in the database than is held here. */
  #behind = true
  #refilling: Promise<void> | null = null
  #closed = false

  constructor(private readonly options: QueueOptions) {}

  /** Takes up what a former run left. */
  start(): void {
    this.#next()
  }

  /** Adds a message whose pending languages are in the database, or moves it forward. */
  add(messageId: string, priority: Priority): void {
    if (this.#retries.has(messageId) && priority !== priorities.asked) return
    this.#dropRetry(messageId)
    // One that is running has got another language: what it needs now was not there when it was read.
    const hasRoom = this.size < this.options.limit || this.#running.has(messageId) || this.#waiting.has(messageId)
    if (hasRoom || this.#waiting.giveUpLast(priority)) this.#waiting.add(messageId, priority)
    if (!hasRoom) this.#behind = true
    this.#next()
  }

  get size(): number {
    return this.#waiting.size + this.#running.size + this.#retries.size
  }

  /** Starts nothing more and waits for what is running; what is left stays pending in the database. */
  async close(): Promise<void> {
    this.#closed = true
    for (const messageId of this.#retries.keys()) this.#dropRetry(messageId)
    await Promise.all([...this.#running.values(), this.#refilling])
  }

  #next(): void {
    for (const [messageId, priority] of this.#waiting.inOrder()) {
      if (this.#closed || this.#running.size >= concurrency) break
      if (this.#running.has(messageId)) continue
      this.#waiting.delete(messageId)
      this.#dropRetry(messageId)
      this.#running.set(messageId, this.#run(messageId, priority))
    }
    if (this.#behind && this.#waiting.size === 0) this.#refill()
  }

  async #run(messageId: string, priority: Priority): Promise<void> {
    let retryAfterMs: number | null
    try {
      retryAfterMs = await this.options.translate(messageId)
    } catch (error) {
      this.options.log.error('a translation could not be read or stored', { messageId, error })
      retryAfterMs = 1000
    }
    this.#running.delete(messageId)
    if (retryAfterMs !== null && !this.#closed) this.#retryLater(messageId, priority, retryAfterMs)
    this.#next()
  }

  #retryLater(messageId: string, priority: Priority, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#retries.delete(messageId)
      this.add(messageId, priority)
    }, delayMs)
    this.#retries.set(messageId, { timer, priority })
  }

  #dropRetry(messageId: string): void {
    clearTimeout(this.#retries.get(messageId)?.timer)
    this.#retries.delete(messageId)
  }

  #refill(): void {
    const room = this.options.limit - this.size
    if (this.#refilling || this.#closed || room <= 0) return
    this.#behind = false
    this.#refilling = this.#fetch(room).then((fetched) => {
      this.#refilling = null
      if (fetched) this.#next()
      else setTimeout(() => this.#next(), refillRetryMs).unref()
    })
  }

  /** @returns whether the database could be asked */
  async #fetch(room: number): Promise<boolean> {
    try {
      const held = new Set([...this.#running.keys(), ...this.#retries.keys()])
      const found = await this.options.listPending(room, held)
      for (const { messageId, priority } of found) this.#waiting.add(messageId, priority)
      if (found.length === room) this.#behind = true
      return true
    } catch (error) {
      this.options.log.error('pending translations could not be read', { error })
      this.#behind = true
      return false
    }
  }
}

/** Ids by priority, within one by the time they came. */
class Waiting {
  readonly #lanes = new Map<Priority, Set<string>>(Object.values(priorities).map((priority) => [priority, new Set()]))

  get size(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.size, 0)
  }

  has(messageId: string): boolean {
    return this.#laneOf(messageId) !== null
  }

  /** A message that waits already only moves forward. */
  add(messageId: string, priority: Priority): void {
    const present = this.#laneOf(messageId)
    if (present !== null && present <= priority) return
    this.delete(messageId)
    this.#lanes.get(priority)?.add(messageId)
  }

  delete(messageId: string): void {
    for (const lane of this.#lanes.values()) lane.delete(messageId)
  }

  *inOrder(): Generator<[string, Priority]> {
    for (const [priority, lane] of this.#lanes) for (const messageId of lane) yield [messageId, priority]
  }

  /** Makes room for a message of this priority: drops the last of a later one. @returns whether there was one */
  giveUpLast(priority: Priority): boolean {
    for (const [later, lane] of [...this.#lanes].reverse()) {
      if (later <= priority) return false
      const last = [...lane].at(-1)
      if (last !== undefined) return lane.delete(last)
    }
    return false
  }

  #laneOf(messageId: string): Priority | null {
    for (const [priority, lane] of this.#lanes) if (lane.has(messageId)) return priority
    return null
  }
}
