import { randomUUID } from 'node:crypto'
import type { Message__Output } from '../generated/proto/meeshy/messaging/v1/Message.js'

/** An event as the stream tells it. */
export interface LoggedEvent {
  conversationId: string
  eventSeq: number
  type: string
  message: Message__Output
  revision: number
  language?: string
}

/** Where a reader of the log starts, and why not where it wanted to. */
interface Start {
  position: number
  resyncReason?: string
}

/** The event log of the fake service. Events hold the message itself, so that they tell it as it is when read. */
export class FakeEventLog {
  /** A restored backup gets another one. */
  epoch: string = randomUUID()
  readonly #events: LoggedEvent[] = []
  readonly #wakers = new Set<() => void>()
  #forgottenTo = 0

  /** Position after the last event. */
  get end(): number {
    return this.#events.length
  }

  append(type: string, message: Message__Output, language?: string): void {
    const { conversationId, revision } = message
    const eventSeq = this.lastSeqOf(conversationId) + 1
    this.#events.push({
      conversationId,
      eventSeq,
      type,
      message,
      revision,
      ...(language === undefined ? {} : { language }),
    })
    for (const wake of this.#wakers) wake()
  }

  /** As when the events until now were removed because of their age. */
  forget(): void {
    this.#forgottenTo = this.end
  }

  /** The position of a cursor; the present for one that cannot be resumed, and for none. */
  startOf(cursor: string): Start {
    if (cursor === '') return { position: this.end }
    const [epoch, given] = cursor.split('/')
    const position = Number(given)
    if (epoch !== this.epoch) return { position: this.end, resyncReason: 'epoch' }
    if (!(position >= 0 && position <= this.end)) return { position: this.end, resyncReason: 'unknown_position' }
    if (position < this.#forgottenTo) return { position: this.end, resyncReason: 'retention' }
    return { position }
  }

  /** The events after a position, with their messages as they are now. */
  after(position: number): LoggedEvent[] {
    return this.#events.slice(position).map(toEvent)
  }

  /** The events of one conversation after one of them, or why they cannot be told. */
  afterSeq(conversationId: string, eventSeq: number): LoggedEvent[] | 'unknown_position' | 'retention' {
    if (eventSeq < 0 || eventSeq > this.lastSeqOf(conversationId)) return 'unknown_position'
    const isMissed = (event: LoggedEvent) => event.conversationId === conversationId && event.eventSeq > eventSeq
    if (this.#events.slice(0, this.#forgottenTo).some(isMissed)) return 'retention'
    return this.#events.filter(isMissed).map(toEvent)
  }

  /** Number of the last event of a conversation, 0 when there is none. */
  lastSeqOf(conversationId: string): number {
    return this.#events.findLast((event) => event.conversationId === conversationId)?.eventSeq ?? 0
  }

  /** Calls `wake` after every event until the returned function is called. */
  onEvent(wake: () => void): () => void {
    this.#wakers.add(wake)
    return () => this.#wakers.delete(wake)
  }
}

/** The event of a translation has that one only. */
function toEvent(event: LoggedEvent): LoggedEvent {
  const { message, language } = event
  if (language === undefined) return event
  return {
    ...event,
    message: { ...message, translations: message.translations.filter((one) => one.language === language) },
  }
}
