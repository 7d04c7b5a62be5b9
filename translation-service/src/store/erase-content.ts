import type { Sql } from '@meeshy/shared/database/sql'
import type { MessageRow } from './rows.js'
import { eraseText, releaseTexts } from './texts.js'

/**
 * Erases what a message says and its translations; the row itself is left to the caller.
 *
 * @returns the keys of the memory entries that nobody else needed
 */
export async function eraseContent(sql: Sql, { id, textId }: Pick<MessageRow, 'id' | 'textId'>): Promise<string[]> {
  const shown = await sql.all<{ textId: number | null }>(
    'DELETE FROM "MessageTranslation" WHERE "messageId" = ? RETURNING "textId"',
    id,
  )
  await eraseText(sql, textId)
  return releaseTexts(
    sql,
    shown.flatMap((translation) => translation.textId ?? []),
  )
}
