import type { Event__Output as Event } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import { type Reader, wantedLanguage } from '@meeshy/shared/reader-view'

/** A conversation as it was read, and the last event before that. */
export interface Snapshot {
  lastEventSeq: number
  messages: readonly Message[]
}

/** A conversation in the client of one member: what was read once, kept up to date by events alone. */
export class Replica {
  readonly #messages: Map<string, Message>
  lastEventSeq: number

  constructor(
    readonly reader: Reader,
    { lastEventSeq, messages }: Snapshot,
    /** Of the stream that it follows: see Tap. */
    readonly resyncs: number,
  ) {
    this.lastEventSeq = lastEventSeq
    this.#messages = new Map(messages.map((message) => [message.id, message]))
  }

  /** In their order. */
  get messages(): Message[] {
    return [...this.#messages.values()].sort((one, other) => one.seq - other.seq)
  }

  /** Events may come again, and those for readers of other languages may come as well: neither does anything. */
  apply({ eventSeq, language, message }: Event): void {
    if (eventSeq <= this.lastEventSeq) return
    this.lastEventSeq = eventSeq
    if (!message) throw new Error('an event has no message')
    if (language !== undefined && language !== this.reader.language) return
    const held = this.#messages.get(message.id)
    if (held && message.revision < held.revision) return
    const mine = message.translations.filter((translation) => translation.language === this.reader.language)
    this.#messages.set(message.id, { ...message, translations: mine })
  }
}

/** Whether an event is told to a reader: translations are for the readers of their language. */
export function isFor(reader: Reader, { language, message }: Event): boolean {
  return language === undefined || (message !== null && wantedLanguage(reader, message.originalLanguage) === language)
}
