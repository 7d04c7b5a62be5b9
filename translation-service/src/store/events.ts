import type { Event__Output as Event } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import { type Message, toMessage } from './convert.js'
import type { MessageTables } from './database.js'

export type { Event }

export type EventType = 'new' | 'translated' | 'translation_failed'

export interface NewEvent {
  type: EventType
  messageId: string
  revision: number
  language?: string
}

/** Appends events to the log of a conversation, in the transaction of the change they tell of. */
export async function appendEvents(
  tables: MessageTables,
  conversationId: string,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return
  const { lastEventSeq } = await tables.conversationState.update({
    where: { conversationId },
    data: { lastEventSeq: { increment: events.length } },
  })
  const first = lastEventSeq - events.length + 1
  await tables.messageEvent.createMany({
    data: events.map((event, index) => ({ ...event, conversationId, eventSeq: first + index })),
  })
}

export interface EventPage {
  events: Event[]
  /** Position after the last event read. */
  position: number
}

/**
 * Reads the events after a position, each joined with its message as it is now: at most `limit`, and about
 * `maxBytes` of text, but at least one. A translation event brings that translation and no other.
 */
export async function readEvents(
  tables: MessageTables,
  after: number,
  limit: number,
  maxBytes: number,
): Promise<EventPage> {
  const rows = await tables.messageEvent.findMany({ where: { id: { gt: after } }, orderBy: { id: 'asc' }, take: limit })
  const messages = await tables.message.findMany({
    where: { id: { in: [...new Set(rows.map((row) => row.messageId))] } },
    include: { translations: true },
  })
  const byId = new Map(messages.map((message) => [message.id, toMessage(message)]))
  const page: EventPage = { position: after, events: [] }
  let bytes = 0
  for (const { id, messageId, conversationId, eventSeq, type, language } of rows) {
    const message = about(byId.get(messageId) ?? null, language)
    bytes += sizeOf(message)
    if (bytes > maxBytes && page.events.length > 0) break
    page.events.push({ conversationId, eventSeq, type, message, ...(language === null ? {} : { language }) })
    page.position = id
  }
  return page
}

function about(message: Message | null, language: string | null): Message | null {
  if (!message || language === null) return message
  return { ...message, translations: message.translations.filter((translation) => translation.language === language) }
}

/** An upper bound in UTF-8 of what makes a message large. */
function sizeOf(message: Message | null): number {
  const texts = message ? [message.content, ...message.translations.map(({ text = '' }) => text)] : []
  return texts.reduce((sum, text) => sum + 3 * text.length, 0)
}

/** The position of the newest event. */
export async function lastPosition(tables: MessageTables): Promise<number> {
  const newest = await tables.messageEvent.findFirst({ orderBy: { id: 'desc' }, select: { id: true } })
  return newest?.id ?? 0
}
