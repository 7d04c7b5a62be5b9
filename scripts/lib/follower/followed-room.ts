import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import type { EventFrame } from '@meeshy/shared/frames/event-frames'
import type { Conversation, Standing } from './rest.js'

/** An event as it was applied, for those who check. */
export interface AppliedEvent {
  type: EventFrame['type']
  eventSeq: number
  messageId: string
}

/** One conversation as its member knows it: from its events, and from a fetch where the server asked for one. */
export class FollowedRoom {
  readonly messages = new Map<number, ClientMessage>()
  /** Every event in the order in which it was applied. */
  readonly applied: AppliedEvent[] = []
  /** What should never happen, in words. */
  readonly violations: string[] = []
  /** Events that came again and were left out; harmless. */
  repeats = 0
  lastSeq = 0
  lastEventSeq = 0
  /** Everything up to this message has been read by the member. */
  readSeq = 0
  /** The highest that was heard of. */
  version = 0
  /** As fetched last. */
  conversation: Conversation | null = null
  /** A fetch of it is under way. */
  isRefreshing = false
  /** live: events count. resuming: they are contained in what was missed. fetching: they wait for the fetch. */
  mode: 'live' | 'resuming' | 'fetching' = 'resuming'
  readonly #seqs = new Map<string, number>()
  readonly #numbers = new Set<number>()
  /** Up to here events are contained in what was fetched. */
  #fetchedTo = 0
  #waiting: EventFrame[] = []

  constructor(
    readonly id: string,
    private readonly userId: string,
  ) {}

  get unreadCount(): number {
    return this.lastSeq - this.readSeq
  }

  /** Whether a newer version of the conversation was heard of. */
  get isOutdated(): boolean {
    return this.conversation === null || this.conversation.version < this.version
  }

  /** Whether nothing is known to be missing. */
  get isCurrent(): boolean {
    return this.mode === 'live' && !this.isOutdated
  }

  /** An event that came by itself. */
  take(event: EventFrame): void {
    if (this.mode === 'live') this.apply(event)
    if (this.mode === 'fetching') this.#waiting.push(event)
  }

  /** An event in its order. */
  apply(event: EventFrame): void {
    const { type, eventSeq } = event
    if (eventSeq <= this.lastEventSeq) {
      if (this.#numbers.has(eventSeq) || eventSeq <= this.#fetchedTo) this.repeats += 1
      else this.#violation(`event ${eventSeq} (${type}) came after event ${this.lastEventSeq}`)
      return
    }
    this.lastEventSeq = eventSeq
    this.#numbers.add(eventSeq)
    const messageId = 'id' in event.data ? event.data.id : event.data.messageId
    this.applied.push({ type, eventSeq, messageId })
    if (type === 'message.new') this.#add(event.data)
    else this.#change(event, messageId)
  }

  read(seq: number): void {
    this.readSeq = Math.max(this.readSeq, seq)
  }

  /** From now on events wait until `replace`. */
  beginFetch(): void {
    this.mode = 'fetching'
    this.#waiting = []
  }

  /** Takes the fetched history, from the first message on, and what waits and is newer. */
  replace(history: readonly ClientMessage[], { lastEventSeq, readSeq }: Standing): void {
    this.messages.clear()
    this.lastSeq = 0
    for (const message of history) this.#add(message)
    this.lastEventSeq = this.#fetchedTo = lastEventSeq ?? 0
    this.read(readSeq ?? 0)
    this.mode = 'live'
    for (const event of this.#waiting.splice(0)) this.apply(event)
  }

  #add(message: ClientMessage): void {
    const { id, seq, senderId } = message
    const known = this.messages.get(seq)
    if (known) {
      if (known.id !== id) this.#violation(`message ${seq} is two`)
      return
    }
    if (seq !== this.lastSeq + 1) this.#violation(`message ${seq} came after message ${this.lastSeq}`)
    if (this.#seqs.has(id) && this.#seqs.get(id) !== seq) this.#violation(`message ${seq} has come as another`)
    this.lastSeq = Math.max(this.lastSeq, seq)
    this.messages.set(seq, message)
    this.#seqs.set(id, seq)
    // Who writes has read what stands above.
    if (senderId === this.userId) this.read(seq)
  }

  #change(event: Exclude<EventFrame, { type: 'message.new' }>, messageId: string): void {
    const known = this.messages.get(this.#seqs.get(messageId) ?? 0)
    if (!known) this.#violation(`event ${event.eventSeq} (${event.type}) is of a message that never came`)
    const changed = known && changedBy(known, event)
    if (changed) this.messages.set(changed.seq, changed)
  }

  #violation(what: string): void {
    this.violations.push(what)
  }
}

/** A message after an event; null when it stays as it is: what comes may be older than what is known. */
function changedBy(known: ClientMessage, event: Exclude<EventFrame, { type: 'message.new' }>): ClientMessage | null {
  if (known.deletedAt) return null
  if (event.type === 'message.edited') return event.data.revision >= known.revision ? event.data : null
  if (event.type === 'message.deleted') {
    return { ...known, content: null, display: null, translations: {}, deletedAt: 'told without a time' }
  }
  if (event.data.revision !== known.revision) return null
  const { language, revision } = event.data
  const original = { language: known.originalLanguage, text: known.content ?? '', translated: false }
  if (event.type === 'message.translation_failed') {
    const { status, reason } = event.data
    const failed = { status, reason, text: null, model: null, confidence: null, cached: false, revision }
    return { ...known, translations: { [language]: failed }, display: original }
  }
  const { text, model, confidence } = event.data
  const ready = { status: 'ready', text, reason: null, model, confidence, cached: false, revision }
  return { ...known, translations: { [language]: ready }, display: { language, text, translated: true } }
}
