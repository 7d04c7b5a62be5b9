import { EventEmitter, once } from 'node:events'
import type { EventBatch__Output as EventBatch } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/EventBatch'
import type { MessageTables } from '../store/database.js'
import { lastPosition, readEvents } from '../store/events.js'

const batchLimit = 200
/** Half of what gRPC takes in one piece. */
const batchBytes = 2 * 1024 * 1024

/**
 * The event log as subscribers read it. Every subscriber pulls at its own pace from its own position, so what was
 * missed and what happens now come the same way, and a slow one holds nothing in memory.
 */
export class Feed {
  readonly #changes = new EventEmitter().setMaxListeners(0)
  readonly #closing = new AbortController()
  #version = 0

  constructor(
    private readonly tables: MessageTables,
    readonly epoch: string,
  ) {}

  /** Wakes the subscribers; called after the commit of every event. */
  notify(): void {
    this.#version += 1
    this.#changes.emit('change')
  }

  /**
   * Batches of events after `cursor`, until `subscriber` aborts or the feed closes. The first batch has no events and
   * tells where the subscription starts: at the present when the cursor is empty or from another epoch.
   */
  async *subscribe(cursor: string, subscriber: AbortSignal): AsyncGenerator<EventBatch> {
    const signal = AbortSignal.any([subscriber, this.#closing.signal])
    let position = this.#positionOf(cursor) ?? (await lastPosition(this.tables))
    yield this.#batch(position, [])
    while (!signal.aborted) {
      const seen = this.#version
      const page = await readEvents(this.tables, position, batchLimit, batchBytes)
      position = page.position
      if (page.events.length > 0) yield this.#batch(position, page.events)
      else await this.#changeSince(seen, signal)
    }
  }

  /** Ends every subscription. */
  close(): void {
    this.#closing.abort()
  }

  #batch(position: number, events: EventBatch['events']): EventBatch {
    return { epoch: this.epoch, cursor: `${this.epoch}/${position}`, events }
  }

  #positionOf(cursor: string): number | null {
    const [epoch, position] = cursor.split('/')
    return epoch === this.epoch && position && /^\d+$/.test(position) ? Number(position) : null
  }

  async #changeSince(version: number, signal: AbortSignal): Promise<void> {
    if (this.#version !== version) return
    // Aborting rejects; the subscription then ends by its own condition.
    await once(this.#changes, 'change', { signal }).catch(() => undefined)
  }
}
