import { placeholders, type Sql } from '@meeshy/shared/database/sql'
import type { Reads } from './database.js'
import type { TranslatedText } from './outcome.js'
import { timestamp } from './rows.js'
import { appendText, eraseText } from './texts.js'

export interface MemoryEntry extends TranslatedText {
  /** Milliseconds since 1970. */
  expiresAt: number
}

/** Looks entries up by their keys; expired ones do not exist. */
export async function readEntries(reads: Reads, keys: readonly string[]): Promise<Map<string, MemoryEntry>> {
  const rows = await reads.all<TranslatedText & { key: string; expiresAt: string }>(
    `SELECT e."key", e."model", e."confidence", e."expiresAt", x."value" AS "text"
     FROM "TranslationMemory" e JOIN "Text" x ON x."id" = e."textId"
     WHERE e."key" IN (${placeholders(keys)}) AND e."expiresAt" > ?`,
    ...keys,
    timestamp(),
  )
  return new Map(rows.map(({ key, expiresAt, ...entry }) => [key, { ...entry, expiresAt: Date.parse(expiresAt) }]))
}

export interface NewMemoryEntry extends MemoryEntry {
  key: string
  source: string
  target: string
}

/** Stores an entry unless it is there. @returns the id of its text, for the translations that show it */
export async function rememberText(sql: Sql, entry: NewMemoryEntry): Promise<number> {
  const { key, source, target, text, model, confidence, expiresAt } = entry
  const known = await sql.get<{ textId: number; expiresAt: string }>(
    'SELECT "textId", "expiresAt" FROM "TranslationMemory" WHERE "key" = ?',
    key,
  )
  if (known) {
    if (known.expiresAt < timestamp()) {
      await sql.run('UPDATE "TranslationMemory" SET "expiresAt" = ? WHERE "key" = ?', timestamp(expiresAt), key)
    }
    return known.textId
  }
  const textId = await appendText(sql, text)
  await sql.run(
    `INSERT INTO "TranslationMemory" ("key", "source", "target", "textId", "model", "confidence", "createdAt", "expiresAt")
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[key, source, target, textId, model, confidence, timestamp(), timestamp(expiresAt)],
  )
  return textId
}

const removedAtOnce = 200

/** Removes some of what has expired; messages keep what they show. @returns how many entries there were */
export async function removeSomeExpired(sql: Sql): Promise<number> {
  const expired = await sql.all<{ key: string; textId: number }>(
    'SELECT "key", "textId" FROM "TranslationMemory" WHERE "expiresAt" <= ? ORDER BY "expiresAt" LIMIT ?',
    timestamp(),
    removedAtOnce,
  )
  for (const { key, textId } of expired) {
    await sql.run('DELETE FROM "TranslationMemory" WHERE "key" = ?', key)
    const shown = await sql.get('SELECT 1 FROM "MessageTranslation" WHERE "textId" = ? LIMIT 1', textId)
    if (!shown) await eraseText(sql, textId)
  }
  return expired.length
}

/** Entries in the table. */
export async function countEntries(reads: Reads): Promise<number> {
  const row = await reads.get<{ count: number }>('SELECT count(*) AS "count" FROM "TranslationMemory"')
  return row?.count ?? 0
}
