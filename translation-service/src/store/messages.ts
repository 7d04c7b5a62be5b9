import { placeholders } from '@meeshy/shared/database/sql'
import type { Language } from '@meeshy/shared/languages'
import { type Message, type TranslationColumns, toMessage } from './convert.js'
import type { Reads } from './database.js'
import type { MessageRow } from './rows.js'

/** Which translations come with a message: into one language, into all, or none. */
export type Translations = Language | 'all' | null

const selectMessages = 'SELECT m.*, x."value" AS "content" FROM "Message" m JOIN "Text" x ON x."id" = m."textId"'

/** The row of a message, or null. */
export async function readRow(reads: Reads, id: string): Promise<MessageRow | null> {
  return (await reads.get<MessageRow>(`${selectMessages} WHERE m."id" = ?`, id)) ?? null
}

/** One message, or null. */
export async function readMessage(reads: Reads, id: string, translations: Translations): Promise<Message | null> {
  const row = await readRow(reads, id)
  return row && ((await withTranslations(reads, [row], translations))[0] ?? null)
}

/** Many messages by their ids; those that do not exist are left out. */
export async function readMessages(
  reads: Reads,
  ids: readonly string[],
  translations: Translations,
): Promise<Map<string, Message>> {
  if (ids.length === 0) return new Map()
  const rows = await reads.all<MessageRow>(`${selectMessages} WHERE m."id" IN (${placeholders(ids)})`, ...ids)
  return new Map((await withTranslations(reads, rows, translations)).map((message) => [message.id, message]))
}

/** The conversation of a message, or null. */
export async function readConversationOf(reads: Reads, messageId: string): Promise<string | null> {
  const row = await reads.get<{ conversationId: string }>(
    'SELECT "conversationId" FROM "Message" WHERE "id" = ?',
    messageId,
  )
  return row?.conversationId ?? null
}

/** The sequence number of a message, or null. */
export async function readSeq(reads: Reads, messageId: string): Promise<number | null> {
  const row = await reads.get<{ seq: number }>('SELECT "seq" FROM "Message" WHERE "id" = ?', messageId)
  return row?.seq ?? null
}

export interface HistoryPage {
  conversationId: string
  before?: number
  after?: number
  limit: number
  translations: Translations
}

/** A page of history by key: the newest messages before a number, or the first after one; ascending either way. */
export async function readHistory(
  reads: Reads,
  { conversationId, before, after, limit, translations }: HistoryPage,
): Promise<{ messages: Message[]; hasMore: boolean }> {
  const forward = after !== undefined
  const rows = await reads.all<MessageRow>(
    `${selectMessages} WHERE m."conversationId" = ? AND m."seq" ${forward ? '>' : '<'} ?
     ORDER BY m."seq" ${forward ? 'ASC' : 'DESC'} LIMIT ?`,
    conversationId,
    after ?? before ?? Number.MAX_SAFE_INTEGER,
    // One more than asked for tells whether there are more.
    limit + 1,
  )
  const page = rows.slice(0, limit)
  if (!forward) page.reverse()
  return { messages: await withTranslations(reads, page, translations), hasMore: rows.length > limit }
}

/** The last messages of conversations, in no order. */
export async function readLastMessages(
  reads: Reads,
  conversationIds: readonly string[],
  language: Language,
): Promise<Message[]> {
  if (conversationIds.length === 0) return []
  const rows = await reads.all<MessageRow>(
    `${selectMessages} JOIN "ConversationState" s ON s."conversationId" = m."conversationId" AND s."lastSeq" = m."seq"
     WHERE s."conversationId" IN (${placeholders(conversationIds)})`,
    ...conversationIds,
  )
  return withTranslations(reads, rows, language)
}

/** Rows as messages with their translations, all in one query. */
async function withTranslations(reads: Reads, rows: MessageRow[], wanted: Translations): Promise<Message[]> {
  if (wanted === null || rows.length === 0) return rows.map((row) => toMessage(row, []))
  const ids = rows.map(({ id }) => id)
  // Only what is shown: in a page of 50 with all its languages, each column that is read costs 450 values.
  const translations = await reads.all<TranslationColumns & { messageId: string }>(
    `SELECT t."messageId", t."language", t."status", t."cached", t."revision", t."retriable", t."reason", t."model",
       t."confidence", x."value" AS "text" FROM "MessageTranslation" t LEFT JOIN "Text" x ON x."id" = t."textId"
     WHERE t."messageId" IN (${placeholders(ids)}) ${wanted === 'all' ? '' : 'AND t."language" = ?'}`,
    ...ids,
    ...(wanted === 'all' ? [] : [wanted]),
  )
  const byMessage = new Map<string, TranslationColumns[]>(ids.map((id) => [id, []]))
  for (const translation of translations) byMessage.get(translation.messageId)?.push(translation)
  return rows.map((row) => toMessage(row, byMessage.get(row.id) ?? []))
}
