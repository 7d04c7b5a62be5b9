import { placeholders, type Sql } from '@meeshy/shared/database/sql'
import { isLanguage, type Language } from '@meeshy/shared/languages'
import type { Reads } from './database.js'
import { appendEvents } from './events.js'
import { readRow } from './messages.js'
import { type Priority, priorities } from './priorities.js'
import { type TranslationRow, timestamp } from './rows.js'
import type { PendingMessage } from './translations.js'

/** Reads what a message still needs; null when nothing is pending. */
export async function readPending(reads: Reads, messageId: string): Promise<PendingMessage | null> {
  const row = await readRow(reads, messageId)
  if (!row || row.deletedAt !== null || !isLanguage(row.originalLanguage)) return null
  const waiting = await reads.all<Pick<TranslationRow, 'language' | 'attempts' | 'priority'>>(
    `SELECT "language", "attempts", "priority" FROM "MessageTranslation"
     WHERE "messageId" = ? AND "revision" = ? AND "status" = 'pending'`,
    messageId,
    row.revision,
  )
  if (waiting.length === 0) return null
  const { id, conversationId, revision, content, originalLanguage } = row
  const languages = new Map(
    waiting.flatMap(({ language, ...how }) => (isLanguage(language) ? [[language, how] as const] : [])),
  )
  return { id, conversationId, revision, content, originalLanguage, languages }
}

export interface WaitingMessage {
  messageId: string
  priority: Priority
}

/** A message may wait in this many languages. */
const rowsPerMessage = 9

/** The messages that are to be translated next: by priority, then the longest waiting, without those in `except`. */
export async function listPending(reads: Reads, limit: number, except: ReadonlySet<string>): Promise<WaitingMessage[]> {
  const rows = await reads.all<WaitingMessage>(
    `SELECT "messageId", "priority" FROM "MessageTranslation" WHERE "status" = 'pending'
     ORDER BY "priority", "requestedAt" LIMIT ?`,
    // Those held are left out here and not in the query, whose parameters are limited.
    (limit + except.size) * rowsPerMessage,
  )
  const found = new Map<string, WaitingMessage>()
  for (const row of rows) if (!except.has(row.messageId) && !found.has(row.messageId)) found.set(row.messageId, row)
  return [...found.values()].slice(0, limit)
}

export interface TranslationRequest {
  messageIds: readonly string[]
  language: Language
  priority: Priority
  /** A failed translation is tried again when it failed before this time, in milliseconds since 1970. */
  retryFailedBefore: number
}

/**
 * Makes these messages wait for a language, except those that have it, or by now say something that needs none; one
 * that waits already may move forward.
 *
 * @returns the ids of those that wait now at this priority
 */
export async function requestTranslations(sql: Sql, request: TranslationRequest): Promise<string[]> {
  const { messageIds, language, priority, retryFailedBefore } = request
  const waiting: string[] = []
  for (const messageId of messageIds) {
    const changed = await sql.run(
      `INSERT INTO "MessageTranslation" AS t
         ("messageId", "language", "revision", "status", "priority", "requestedAt", "updatedAt")
       SELECT "id", ?, "revision", 'pending', ?, ?, ? FROM "Message"
       WHERE "id" = ? AND "deletedAt" IS NULL AND "originalLanguage" NOT IN ('und', ?)
       ON CONFLICT ("messageId", "language") DO UPDATE
         SET "status" = 'pending', "priority" = excluded."priority",
           "attempts" = CASE t."status" WHEN 'failed' THEN 0 ELSE t."attempts" END,
           "requestedAt" = CASE t."status" WHEN 'failed' THEN excluded."requestedAt" ELSE t."requestedAt" END,
           "reason" = NULL, "retriable" = FALSE, "updatedAt" = excluded."updatedAt"
         WHERE (t."status" = 'pending' AND t."priority" > excluded."priority")
           OR (t."status" = 'failed' AND t."updatedAt" <= ?)`,
      ...[language, priority, timestamp(), timestamp(), messageId, language, timestamp(retryFailedBefore)],
    )
    if (changed > 0) waiting.push(messageId)
  }
  return waiting
}

/** Counts an attempt that will be repeated; the rows stay pending. */
export async function countAttempt(
  sql: Sql,
  { id, revision }: PendingMessage,
  languages: readonly Language[],
): Promise<void> {
  if (languages.length === 0) return
  await sql.run(
    `UPDATE "MessageTranslation" SET "attempts" = "attempts" + 1, "updatedAt" = ?
     WHERE "messageId" = ? AND "revision" = ? AND "status" = 'pending' AND "language" IN (${placeholders(languages)})`,
    ...[timestamp(), id, revision, ...languages],
  )
}

/** Takes back what nobody waits for: whoever looks at the message later asks again. Who asked meanwhile does wait. */
export async function withdraw(
  sql: Sql,
  { id, revision }: PendingMessage,
  languages: readonly Language[],
): Promise<void> {
  if (languages.length === 0) return
  await sql.run(
    `DELETE FROM "MessageTranslation"
     WHERE "messageId" = ? AND "revision" = ? AND "status" = 'pending' AND "priority" <> ?
       AND "language" IN (${placeholders(languages)})`,
    ...[id, revision, priorities.asked, ...languages],
  )
}

/** Whether the message still says what was read. */
export async function isCurrent(reads: Reads, { id, revision }: PendingMessage): Promise<boolean> {
  const row = await reads.get(
    'SELECT 1 FROM "Message" WHERE "id" = ? AND "revision" = ? AND "deletedAt" IS NULL',
    id,
    revision,
  )
  return row !== undefined
}

const failedAtOnce = 200

/**
 * Lets some of what has waited since before a time fail, with its events, so that readers know and may ask again.
 *
 * @param since milliseconds since 1970
 * @returns how many there were
 */
export async function failOverdue(sql: Sql, since: number): Promise<number> {
  const rows = await sql.all<Pick<TranslationRow, 'messageId' | 'language' | 'revision'> & { conversationId: string }>(
    `SELECT t."messageId", t."language", t."revision", m."conversationId" FROM "MessageTranslation" t
     JOIN "Message" m ON m."id" = t."messageId"
     WHERE t."status" = 'pending' AND t."priority" IN (0, 1, 2, 3) AND t."requestedAt" < ? LIMIT ?`,
    timestamp(since),
    failedAtOnce,
  )
  for (const { messageId, language, revision, conversationId } of rows) {
    await sql.run(
      `UPDATE "MessageTranslation" SET "status" = 'failed', "reason" = 'timed_out', "retriable" = TRUE, "updatedAt" = ?
       WHERE "messageId" = ? AND "language" = ?`,
      ...[timestamp(), messageId, language],
    )
    await appendEvents(sql, conversationId, [{ type: 'translation_failed', messageId, revision, language }])
  }
  return rows.length
}
