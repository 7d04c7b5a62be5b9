import { EventEmitter } from 'node:events'
import type { SubscribeEventsResponse__Output as EventBatch } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/SubscribeEventsResponse'
import type { Reads } from '../store/database.js'
import { readLogRange } from '../store/event-log.js'
import { readEvents } from '../store/events.js'

/** Half of what gRPC takes in one piece. */
const batchLimits = { events: 200, bytes: 2 * 1024 * 1024 }

/** Where a subscription starts, and why not where it was asked to. */
interface Start {
  position: number
  resyncReason?: 'epoch' | 'retention' | 'unknown_position'
}

/**
 * The event log as subscribers read it. Every subscriber pulls at its own pace from its own position, so what was
 * missed and what happens now come the same way, and a slow one holds nothing in memory.
 */
export class Feed {
  readonly #changes = new EventEmitter().setMaxListeners(0)
  #version = 0
  #closed = false

  constructor(
    private readonly reads: Reads,
    readonly epoch: string,
  ) {}

  /** Grows with every notification: what was read at this version is as new as that. */
  get version(): number {
    return this.#version
  }

  /** Wakes the subscribers; called after the commit of every event. */
  notify(): void {
    this.#version += 1
    this.#changes.emit('change')
  }

  /**
   * Waits for a notification after `version`; ends early when the signal aborts or the feed closes. No AbortSignal.any
   * here: each one leaves about 100 bytes with its sources (Node 20), and this one would be made for every event.
   */
  changeSince(version: number, signal: AbortSignal): Promise<void> {
    if (this.#version !== version || signal.aborted || this.#closed) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        this.#changes.off('change', wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#changes.on('change', wake)
      signal.addEventListener('abort', wake)
    })
  }

  /**
   * Batches of events after `cursor`, until `subscriber` aborts or the feed closes. The first batch has no events and
   * tells where the subscription starts: at the present when the cursor is empty, or when it cannot be resumed. It
   * ends when events were removed before they were read: the next one is told.
   */
  async *subscribe(cursor: string, subscriber: AbortSignal): AsyncGenerator<EventBatch> {
    const { resyncReason, ...start } = await this.#startOf(cursor)
    let { position } = start
    yield { ...this.#batch(position, []), ...(resyncReason ? { resyncReason } : {}) }
    while (!subscriber.aborted && !this.#closed) {
      const seen = this.#version
      const page = await readEvents(this.reads, position, batchLimits)
      if ((await readLogRange(this.reads)).removedTo > position) return
      position = page.position
      if (page.events.length > 0) yield this.#batch(position, page.events)
      else await this.changeSince(seen, subscriber)
    }
  }

  /** Ends every subscription. */
  close(): void {
    this.#closed = true
    this.#changes.emit('change')
  }

  #batch(position: number, events: EventBatch['events']): EventBatch {
    return { epoch: this.epoch, cursor: `${this.epoch}/${position}`, events }
  }

  async #startOf(cursor: string): Promise<Start> {
    const { removedTo, last } = await readLogRange(this.reads)
    if (cursor === '') return { position: last }
    const [epoch, number = ''] = cursor.split('/')
    if (epoch !== this.epoch) return { position: last, resyncReason: 'epoch' }
    const position = /^\d{1,15}$/.test(number) ? Number(number) : Number.POSITIVE_INFINITY
    if (position > last) return { position: last, resyncReason: 'unknown_position' }
    if (position < removedTo) return { position: last, resyncReason: 'retention' }
    return { position }
  }
}
