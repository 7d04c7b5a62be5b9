import type { SubscribeEventsResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/SubscribeEventsResponse'
import type { Context } from '../context.js'
import { readFeedCursor, storeFeedProgress } from '../store/feed.js'

const defaultWriteIntervalMs = 1_000
const separator = '~'

/** How far the feed was handled: known at once in memory, written down at most once a second. */
export class FeedProgress {
  /** Of the last batch; null until the service has told it. */
  epoch: string | null = null
  cursor = ''
  readonly #context: Pick<Context, 'database' | 'log'>
  #activity = new Map<string, Date>()
  #changed = false
  #timer: NodeJS.Timeout | undefined
  /** One write after the other: an old place must not overwrite a newer one. */
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(
    context: Pick<Context, 'database' | 'log'>,
    readonly writeIntervalMs = defaultWriteIntervalMs,
    /** Resolves when what was begun because of the events so far is done: a place must not be written down before. */
    readonly settled: () => Promise<void> = async () => {},
  ) {
    this.#context = context
  }

  /** Takes up where the last process stopped. The epoch is kept with the cursor, which means nothing in another one. */
  async read(): Promise<void> {
    const stored = await readFeedCursor(this.#context.database)
    const cut = stored.indexOf(separator)
    if (cut < 0) return
    this.epoch = stored.slice(0, cut)
    this.cursor = stored.slice(cut + 1)
  }

  /** Notes that a whole batch was handled. */
  advance(batch: SubscribeEventsResponse__Output): void {
    this.epoch = batch.epoch
    this.cursor = batch.cursor
    for (const { type, message } of batch.events) {
      if (type === 'new' && message) this.#activity.set(message.conversationId, new Date(message.createdAt))
    }
    this.#changed = true
    this.#writeLater()
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#writeNext()
  }

  #writeLater(): void {
    if (this.#closed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#writeNext()
    }, this.writeIntervalMs)
  }

  #writeNext(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    if (!this.#changed) return
    const activity = this.#activity
    this.#activity = new Map()
    this.#changed = false
    const cursor = `${this.epoch}${separator}${this.cursor}`
    try {
      await this.settled()
      await storeFeedProgress(this.#context.database, { cursor, activity })
    } catch (error) {
      this.#context.log.warn('The place in the event feed could not be written down', { error })
      this.#activity = new Map([...activity, ...this.#activity])
      this.#changed = true
      this.#writeLater()
    }
  }
}
