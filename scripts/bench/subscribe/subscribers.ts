import type { Event__Output as Event } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import { createLogger } from '@meeshy/shared/logging'
import { connectMessaging } from '../../../fastify-service/src/grpc/client.js'
import type { BenchService } from '../lib/service.js'

/** Streams of the same feed, each as a gateway has one. */
export class Subscribers {
  private constructor(private readonly streams: readonly Stream[]) {}

  /** Subscribes so many times from a cursor on, and waits until each stream is there. */
  static async open(
    service: BenchService,
    count: number,
    cursor: string,
    onEvent: (event: Event) => void = () => {},
  ): Promise<Subscribers> {
    const streams = Array.from({ length: count }, () => new Stream(service, cursor, onEvent))
    await Promise.all(streams.map(({ opened }) => opened))
    return new Subscribers(streams)
  }

  /** The position after everything that each has had. */
  get cursors(): string[] {
    return this.streams.map(({ cursor }) => cursor)
  }

  /** Waits until each has had so many events. */
  async received(events: number): Promise<void> {
    await Promise.all(this.streams.map((stream) => stream.received(events)))
  }

  close(): void {
    for (const stream of this.streams) stream.close()
  }
}

class Stream {
  readonly opened: Promise<unknown>
  cursor = ''
  readonly #broken: Promise<never>
  readonly #close: () => void
  #events = 0
  #target: { events: number; reached(): void } | null = null

  constructor({ address }: BenchService, cursor: string, onEvent: (event: Event) => void) {
    const log = createLogger({ service: 'bench', level: 'fatal', directory: '' })
    const link = connectMessaging({ ...address, log })
    const stream = link.client.subscribeEvents({ cursor })
    this.#broken = new Promise((_, reject) => stream.on('error', reject))
    // Closing breaks it as well, when nobody waits any more.
    this.#broken.catch(() => undefined)
    this.opened = Promise.race([this.#broken, new Promise((resolve) => stream.once('data', resolve))])
    stream.on('data', (batch) => {
      this.cursor = batch.cursor
      this.#events += batch.events.length
      for (const event of batch.events) onEvent(event)
      if (this.#target && this.#events >= this.#target.events) this.#target.reached()
    })
    this.#close = () => {
      stream.cancel()
      link.close()
    }
  }

  received(events: number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#target = { events, reached: resolve }
      if (this.#events >= events) resolve()
    })
    return Promise.race([this.#broken, reached])
  }

  close(): void {
    this.#close()
  }
}
