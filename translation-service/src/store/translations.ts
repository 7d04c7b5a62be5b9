import type { Sql, SqlValue } from '@meeshy/shared/database/sql'
import { isLanguage, type Language } from '@meeshy/shared/languages'
import { type Translation, type TranslationColumns, toTranslation } from './convert.js'
import type { Reads } from './database.js'
import { appendEvents, type NewEvent } from './events.js'
import { type NewMemoryEntry, rememberText } from './memory.js'
import type { Outcome } from './outcome.js'
import { priorities } from './priorities.js'
import { type MessageRow, type TranslationRow, timestamp } from './rows.js'

/** The languages that readers need: with what is known already, or null for what has to be translated. */
export interface NeededTranslations {
  outcomes: ReadonlyMap<Language, Outcome | null>
  /** When what is remembered expires, in milliseconds since 1970. */
  expiresAt: number
}

type Subject = Pick<MessageRow, 'id' | 'revision' | 'originalLanguage'>

/** Adds the rows of a new message or revision, which has none. */
export async function insertTranslations(
  sql: Sql,
  subject: Subject,
  { outcomes, expiresAt }: NeededTranslations,
): Promise<TranslationColumns[]> {
  const rows: StoredTranslation[] = []
  for (const [language, outcome] of outcomes) {
    const columns = await toColumns(sql, subject.originalLanguage, language, outcome, expiresAt)
    rows.push({ language, revision: subject.revision, ...columns })
  }
  if (rows.length > 0) await insertRows(sql, subject.id, rows)
  return rows
}

type StoredTranslation = TranslationColumns & { textId: number | null }

/** One statement for all: each one costs more than its row. */
async function insertRows(sql: Sql, messageId: string, rows: readonly StoredTranslation[]): Promise<void> {
  const values: SqlValue[] = []
  for (const row of rows) {
    values.push(messageId, row.language, row.revision, row.status, row.reason, row.retriable, row.textId, row.model)
    values.push(row.confidence, row.cached, priorities.live, timestamp(), timestamp())
  }
  await sql.run(
    `INSERT INTO "MessageTranslation" ("messageId", "language", "revision", "status", "reason", "retriable", "textId",
       "model", "confidence", "cached", "priority", "requestedAt", "updatedAt")
     VALUES ${rows.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
    ...values,
  )
}

/** A message that still needs translations. */
export interface PendingMessage {
  id: string
  conversationId: string
  revision: number
  content: string
  originalLanguage: Language
  /** The languages it needs. */
  languages: ReadonlyMap<Language, { attempts: number; priority: number }>
}

/** Stores results with their events. A result for a text that has changed meanwhile lands nowhere. */
export async function finishTranslations(
  sql: Sql,
  message: PendingMessage,
  outcomes: ReadonlyMap<Language, Outcome>,
  expiresAt: number,
): Promise<void> {
  const { id: messageId, conversationId, revision, originalLanguage } = message
  const waiting = await sql.all<Pick<TranslationRow, 'language'>>(
    `SELECT "language" FROM "MessageTranslation" WHERE "messageId" = ? AND "revision" = ? AND "status" = 'pending'`,
    messageId,
    revision,
  )
  const events: NewEvent[] = []
  for (const { language } of waiting) {
    const outcome = isLanguage(language) ? outcomes.get(language) : undefined
    if (!outcome) continue
    const row = await toColumns(sql, originalLanguage, language, outcome, expiresAt)
    await sql.run(
      `UPDATE "MessageTranslation" SET "status" = ?, "reason" = ?, "retriable" = ?, "textId" = ?, "model" = ?,
         "confidence" = ?, "cached" = ?, "updatedAt" = ? WHERE "messageId" = ? AND "language" = ?`,
      ...[row.status, row.reason, row.retriable, row.textId, row.model, row.confidence, row.cached],
      ...[timestamp(), messageId, language],
    )
    events.push({ type: row.status === 'ready' ? 'translated' : 'translation_failed', messageId, revision, language })
  }
  await appendEvents(sql, conversationId, events)
}

type OutcomeColumns = Omit<TranslationColumns, 'language' | 'revision'> & { textId: number | null }

const pending: OutcomeColumns = {
  ...{ status: 'pending', reason: null, retriable: 0, text: null, textId: null },
  ...{ model: null, confidence: null, cached: 0 },
}

/** What is shown is in the memory at that moment, so that everybody who shows the same text shares one row of it. */
async function toColumns(
  sql: Sql,
  source: string,
  target: string,
  outcome: Outcome | null,
  expiresAt: number,
): Promise<OutcomeColumns> {
  if (!outcome) return pending
  if (outcome.status === 'skipped') return { ...pending, status: 'skipped', reason: outcome.reason }
  if (outcome.status === 'failed') {
    return { ...pending, status: 'failed', reason: outcome.reason, retriable: Number(outcome.retriable) }
  }
  const { text, model, confidence, cached, memoryKey: key } = outcome
  const entry: NewMemoryEntry = { key, source, target, text, model, confidence, expiresAt }
  const textId = await rememberText(sql, entry)
  return { ...pending, status: 'ready', text, textId, model, confidence, cached: Number(cached) }
}

/** What a message has in a language, or null. */
export async function readTranslation(
  reads: Reads,
  messageId: string,
  language: Language,
): Promise<(Translation & { updatedAt: string }) | null> {
  const row = await reads.get<TranslationRow>(
    `SELECT t.*, x."value" AS "text" FROM "MessageTranslation" t LEFT JOIN "Text" x ON x."id" = t."textId"
     WHERE t."messageId" = ? AND t."language" = ?`,
    messageId,
    language,
  )
  return row ? { ...toTranslation(row), updatedAt: row.updatedAt } : null
}
