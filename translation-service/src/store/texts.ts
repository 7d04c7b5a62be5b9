import { placeholders, type Sql } from '@meeshy/shared/database/sql'

/** Stores words. @returns the id of their row */
export async function appendText(sql: Sql, value: string): Promise<number> {
  const row = await sql.get<{ id: number }>('INSERT INTO "Text" ("value") VALUES (?) RETURNING "id"', value)
  if (!row) throw new Error('an insert returned no row')
  return row.id
}

/** Overwrites words in their place: a row of the same size is never moved, so no copy of it stays in the file. */
export async function eraseText(sql: Sql, id: number): Promise<void> {
  const row = await sql.get<{ value: string }>('SELECT "value" FROM "Text" WHERE "id" = ?', id)
  if (row) await sql.run('UPDATE "Text" SET "value" = ? WHERE "id" = ?', ' '.repeat(Buffer.byteLength(row.value)), id)
}

/**
 * Erases those of the translated texts that no message shows any more, with their entries in the translation memory.
 *
 * @returns the keys of the entries that are gone
 */
export async function releaseTexts(sql: Sql, ids: readonly number[]): Promise<string[]> {
  if (ids.length === 0) return []
  const shown = await sql.all<{ textId: number }>(
    `SELECT DISTINCT "textId" FROM "MessageTranslation" WHERE "textId" IN (${placeholders(ids)})`,
    ...ids,
  )
  const kept = new Set(shown.map(({ textId }) => textId))
  const forgotten: string[] = []
  for (const id of new Set(ids)) {
    if (kept.has(id)) continue
    const entries = await sql.all<{ key: string }>(
      'DELETE FROM "TranslationMemory" WHERE "textId" = ? RETURNING "key"',
      id,
    )
    forgotten.push(...entries.map(({ key }) => key))
    await eraseText(sql, id)
  }
  return forgotten
}
