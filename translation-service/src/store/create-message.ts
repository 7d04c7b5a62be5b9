import { createHmac } from 'node:crypto'
import type { Sql } from '@meeshy/shared/database/sql'
import { newId } from '@meeshy/shared/ids'
import { Problem } from '@meeshy/shared/problems'
import { type Message, toMessage } from './convert.js'
import { insertEvent } from './events.js'
import { readMessage } from './messages.js'
import { requireMember, requireWriter } from './permissions.js'
import { moveReadMark } from './read-marks.js'
import { type MessageRow, timestamp } from './rows.js'
import { appendText } from './texts.js'
import { insertTranslations, type NeededTranslations } from './translations.js'

export interface NewMessage {
  conversationId: string
  senderId: string
  clientMessageId: string
  content: string
  originalLanguage: string
  languageSource: string
  replyToId: string | null
  translations: NeededTranslations
}

export interface CreatedMessage {
  /** With every translation it has. */
  message: Message
  /** False for a repeat. */
  created: boolean
}

/**
 * Stores a message with its sequence number, its event and a row for every language it is needed in. A repeat of a
 * `clientMessageId` answers with the message that is there, as it is now. Who writes has read what stands above.
 *
 * @throws Problem idempotency_conflict when the id belongs to another text or conversation, and like requireWriter
 */
export async function createMessage(sql: Sql, contentKey: string, message: NewMessage): Promise<CreatedMessage> {
  const { conversationId, senderId, content } = message
  const contentHash = createHmac('sha256', contentKey).update(content).digest('base64url')
  const repeated = await findRepeated(sql, message, contentHash)
  // A repeat writes nothing: whoever was blocked meanwhile still learns that their message is there.
  await (repeated ? requireMember : requireWriter)(sql, conversationId, senderId)
  if (repeated) return { message: repeated, created: false }
  await requireReplyTarget(sql, message)
  const createdAt = timestamp()
  const { lastSeq: seq, lastEventSeq } = await nextNumbers(sql, conversationId, createdAt)
  const row = await insertMessage(sql, message, { seq, createdAt, contentHash })
  const translations = await insertTranslations(sql, row, message.translations)
  await insertEvent(sql, conversationId, lastEventSeq, { type: 'new', messageId: row.id, revision: row.revision })
  await moveReadMark(sql, { conversationId, userId: senderId, seq: row.seq })
  return { message: toMessage(row, translations), created: true }
}

async function findRepeated(
  sql: Sql,
  { senderId, clientMessageId, conversationId }: NewMessage,
  contentHash: string,
): Promise<Message | null> {
  const known = await sql.get<Pick<MessageRow, 'id' | 'contentHash' | 'conversationId'>>(
    'SELECT "id", "contentHash", "conversationId" FROM "Message" WHERE "senderId" = ? AND "clientMessageId" = ?',
    senderId,
    clientMessageId,
  )
  if (!known) return null
  if (known.contentHash === contentHash && known.conversationId === conversationId) {
    return readMessage(sql, known.id, 'all')
  }
  throw new Problem('idempotency_conflict', 'This clientMessageId was used for another message. Choose a new one.')
}

async function requireReplyTarget(sql: Sql, { replyToId, conversationId }: NewMessage): Promise<void> {
  if (replyToId === null) return
  const target = await sql.get(
    'SELECT 1 FROM "Message" WHERE "id" = ? AND "conversationId" = ?',
    replyToId,
    conversationId,
  )
  if (!target) throw new Problem('not_found', 'The message to reply to is not in this conversation.')
}

/** Each column by its name: copying "the rest" of an object costs as much as a statement. */
async function insertMessage(
  sql: Sql,
  message: NewMessage,
  { seq, createdAt, contentHash }: Pick<MessageRow, 'seq' | 'createdAt' | 'contentHash'>,
): Promise<MessageRow> {
  const row = {
    id: newId(),
    conversationId: message.conversationId,
    seq,
    revision: 1,
    senderId: message.senderId,
    clientMessageId: message.clientMessageId,
    contentHash,
    textId: await appendText(sql, message.content),
    content: message.content,
    messageType: 'text',
    originalLanguage: message.originalLanguage,
    languageSource: message.languageSource,
    replyToId: message.replyToId,
    createdAt,
    editedAt: null,
    deletedAt: null,
  }
  await sql.run(
    `INSERT INTO "Message" ("id", "conversationId", "seq", "senderId", "clientMessageId", "contentHash", "textId",
       "originalLanguage", "languageSource", "replyToId", "createdAt") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[row.id, row.conversationId, row.seq, row.senderId, row.clientMessageId, row.contentHash, row.textId],
    ...[row.originalLanguage, row.languageSource, row.replyToId, row.createdAt],
  )
  return row
}

/** The numbers of a new message and its event, in one statement. */
async function nextNumbers(
  sql: Sql,
  conversationId: string,
  createdAt: string,
): Promise<{ lastSeq: number; lastEventSeq: number }> {
  const state = await sql.get<{ lastSeq: number; lastEventSeq: number }>(
    `INSERT INTO "ConversationState" ("conversationId", "lastSeq", "lastEventSeq", "lastActivityAt") VALUES (?, 1, 1, ?)
     ON CONFLICT ("conversationId") DO UPDATE
       SET "lastSeq" = "ConversationState"."lastSeq" + 1, "lastEventSeq" = "ConversationState"."lastEventSeq" + 1,
         "lastActivityAt" = excluded."lastActivityAt"
     RETURNING "lastSeq", "lastEventSeq"`,
    conversationId,
    createdAt,
  )
  if (!state) throw new Error('a conversation has no state')
  return state
}
