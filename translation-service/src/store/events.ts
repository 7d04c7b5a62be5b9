import type { Sql } from '@meeshy/shared/database/sql'
import type { MessageEvent } from '@meeshy/shared/generated/prisma/client'
import type { Event__Output as Event } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import type { Message } from './convert.js'
import type { Reads } from './database.js'
import { readMessages } from './messages.js'
import { type Stored, timestamp } from './rows.js'

export type { Event }

export type EventType = 'new' | 'edited' | 'deleted' | 'translated' | 'translation_failed'

export interface NewEvent {
  type: EventType
  messageId: string
  revision: number
  language?: string
}

/** Appends events to the log of a conversation, in the transaction of the change they tell of. */
export async function appendEvents(sql: Sql, conversationId: string, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const state = await sql.get<{ lastEventSeq: number }>(
    `UPDATE "ConversationState" SET "lastEventSeq" = "lastEventSeq" + ? WHERE "conversationId" = ?
     RETURNING "lastEventSeq"`,
    events.length,
    conversationId,
  )
  if (!state) throw new Error('a conversation has no state')
  let eventSeq = state.lastEventSeq - events.length
  for (const event of events) {
    eventSeq += 1
    await insertEvent(sql, conversationId, eventSeq, event)
  }
}

/** Writes an event under the number that its conversation has given it. */
export async function insertEvent(
  sql: Sql,
  conversationId: string,
  eventSeq: number,
  { type, messageId, revision, language }: NewEvent,
): Promise<void> {
  await sql.run(
    `INSERT INTO "MessageEvent" ("conversationId", "eventSeq", "type", "messageId", "revision", "language", "createdAt")
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[conversationId, eventSeq, type, messageId, revision, language ?? null, timestamp()],
  )
}

type EventRow = Stored<MessageEvent>

/** How much to read at once: events, and about how many bytes of text, but at least one event. */
export interface PageLimits {
  events: number
  bytes: number
}

export interface EventPage {
  events: Event[]
  /** Position after the last event read. */
  position: number
}

/** Reads the events of all conversations after a position. */
export async function readEvents(reads: Reads, after: number, limits: PageLimits): Promise<EventPage> {
  const rows = await reads.all<EventRow>(
    'SELECT * FROM "MessageEvent" WHERE "id" > ? ORDER BY "id" LIMIT ?',
    after,
    limits.events,
  )
  const events = await join(reads, rows, limits.bytes)
  return { events, position: rows[events.length - 1]?.id ?? after }
}

/** Reads the events of one conversation after one of them. */
export async function readConversationEvents(
  reads: Reads,
  conversationId: string,
  after: number,
  limits: PageLimits,
): Promise<Event[]> {
  const rows = await reads.all<EventRow>(
    'SELECT * FROM "MessageEvent" WHERE "conversationId" = ? AND "eventSeq" > ? ORDER BY "eventSeq" LIMIT ?',
    conversationId,
    after,
    limits.events,
  )
  return join(reads, rows, limits.bytes)
}

/** Joins events with their messages as they are now; a translation event brings that translation and no other. */
async function join(reads: Reads, rows: EventRow[], maxBytes: number): Promise<Event[]> {
  const messages = await readMessages(reads, [...new Set(rows.map((row) => row.messageId))], 'all')
  const events: Event[] = []
  let bytes = 0
  for (const { messageId, conversationId, eventSeq, type, revision, language } of rows) {
    const message = about(messages.get(messageId) ?? null, language)
    bytes += sizeOf(message)
    if (bytes > maxBytes && events.length > 0) break
    events.push({ conversationId, eventSeq, type, revision, message, ...(language === null ? {} : { language }) })
  }
  return events
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
