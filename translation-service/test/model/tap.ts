import type { Event__Output as Event } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { expect } from 'vitest'

/** A place in the stream: the last event of every conversation before it. */
interface Place {
  cursor: string
  lastSeqs: ReadonlyMap<string, number>
}

/** The gateway's end of the event stream: may be cut, and goes on from a cursor of any batch that it has seen. */
export class Tap {
  /** What was heard of each conversation, every event once. */
  readonly #heard: Map<string, Event[]>
  /** Where batches ended, the newest last. */
  readonly #places: Place[] = []
  #stream: ReturnType<ContractClient['subscribe']> | null = null
  #taken = 0
  #lastSeqs = new Map<string, number>()
  /** How often the stream could not go on where it was asked to: who has followed it has to fetch anew. */
  resyncs = 0

  constructor(conversationIds: readonly string[]) {
    this.#heard = new Map(conversationIds.map((id) => [id, []]))
  }

  /** Whether events come. */
  get isConnected(): boolean {
    return this.#stream !== null
  }

  /** Last events before the place from which `connect` would go on. */
  placeBefore(cursorsBack: number): ReadonlyMap<string, number> {
    return this.#place(cursorsBack)?.lastSeqs ?? new Map()
  }

  /**
   * Subscribes from the cursor of the last batch, or of one before it.
   *
   * @returns why the stream starts elsewhere
   */
  async connect(client: ContractClient, cursorsBack: number): Promise<string | undefined> {
    const place = this.#place(cursorsBack)
    const stream = client.subscribe(place?.cursor ?? '')
    this.#stream = stream
    this.#taken = 0
    this.#lastSeqs = new Map(place?.lastSeqs)
    await waitFor(() => stream.batches.length > 0, { what: 'the first batch' })
    return stream.batches[0]?.resyncReason
  }

  /** Begins anew at the present, which is after these events. */
  startAt(lastSeqs: ReadonlyMap<string, number>): void {
    this.resyncs += 1
    this.#lastSeqs = new Map(lastSeqs)
    for (const events of this.#heard.values()) events.length = 0
  }

  /** Hears no more, and nothing of what was not taken. */
  cut(): void {
    this.#stream?.cancel()
    this.#stream = null
  }

  /** Looks at what has come: the numbers of each conversation are dense, and the same number is the same event. */
  take(): void {
    const batches = this.#stream?.batches.slice(this.#taken) ?? []
    this.#taken += batches.length
    for (const { events, cursor } of batches) {
      for (const event of events) this.#hear(event)
      this.#places.push({ cursor, lastSeqs: new Map(this.#lastSeqs) })
    }
  }

  /** Waits until everything up to this event has come. */
  async waitForEvent(conversationId: string, eventSeq: number): Promise<void> {
    const has = () => {
      this.take()
      return (this.#lastSeqs.get(conversationId) ?? 0) >= eventSeq
    }
    await waitFor(has, { what: `event ${eventSeq} in the stream` })
  }

  /** What was heard of a conversation after an event. */
  after(conversationId: string, eventSeq: number): Event[] {
    const later = (this.#heard.get(conversationId) ?? []).filter((event) => event.eventSeq > eventSeq)
    return later.sort((one, other) => one.eventSeq - other.eventSeq)
  }

  #place(cursorsBack: number): Place | undefined {
    return this.#places[Math.max(0, this.#places.length - 1 - cursorsBack)]
  }

  #hear(event: Event): void {
    const { conversationId, eventSeq } = event
    const heard = this.#heard.get(conversationId)
    if (!heard) return
    expect(eventSeq, 'the next number of the stream').toBe((this.#lastSeqs.get(conversationId) ?? 0) + 1)
    this.#lastSeqs.set(conversationId, eventSeq)
    const before = heard.find((other) => other.eventSeq === eventSeq)
    if (before) expect(identityOf(event)).toEqual(identityOf(before))
    else heard.push(event)
  }
}

/** What an event will always be, however often it is read. */
export function identityOf({ eventSeq, type, language, revision, message }: Event) {
  return { eventSeq, type, language: language ?? null, revision, messageId: message?.id }
}
