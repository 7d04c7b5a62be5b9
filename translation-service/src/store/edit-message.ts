import type { Sql } from '@meeshy/shared/database/sql'
import { Problem } from '@meeshy/shared/problems'
import { type Message, toMessage } from './convert.js'
import { eraseContent } from './erase-content.js'
import { appendEvents } from './events.js'
import { readMessage, readRow } from './messages.js'
import { requireWriter } from './permissions.js'
import { timestamp } from './rows.js'
import { appendText } from './texts.js'
import { insertTranslations, type NeededTranslations } from './translations.js'

export interface Edit {
  messageId: string
  userId: string
  content: string
  originalLanguage: string
  languageSource: string
  /** The edit is refused when the message has another revision; null edits whatever is there. */
  expectedRevision: number | null
  translations: NeededTranslations
}

export interface EditedMessage {
  message: Message
  /** False when the message said this already. */
  changed: boolean
  /** Keys of the memory entries that went with the old text. */
  forgotten: string[]
}

/**
 * Replaces what a message says: a new revision with translations of its own. Nothing is kept of the old one, and what
 * is still being translated of it lands nowhere.
 *
 * @throws Problem not_found, forbidden for everybody but the author, edit_conflict, and like requireWriter
 */
export async function editMessage(sql: Sql, edit: Edit): Promise<EditedMessage> {
  const { messageId, userId, content } = edit
  const row = await readRow(sql, messageId)
  if (!row || row.deletedAt !== null) throw new Problem('not_found', 'There is no such message.')
  await requireWriter(sql, row.conversationId, userId)
  if (row.senderId !== userId) throw new Problem('forbidden', 'Only its author can edit a message.')
  if (row.content === content) {
    return { message: (await readMessage(sql, messageId, 'all')) as Message, changed: false, forgotten: [] }
  }
  if (edit.expectedRevision !== null && edit.expectedRevision !== row.revision) throw new Problem('edit_conflict')

  const forgotten = await eraseContent(sql, row)
  const { originalLanguage, languageSource } = edit
  const edited = {
    ...row,
    ...{ content, originalLanguage, languageSource },
    textId: await appendText(sql, content),
    revision: row.revision + 1,
    editedAt: timestamp(),
  }
  await sql.run(
    `UPDATE "Message" SET "textId" = ?, "revision" = ?, "originalLanguage" = ?, "languageSource" = ?, "editedAt" = ?
     WHERE "id" = ?`,
    ...[edited.textId, edited.revision, originalLanguage, languageSource, edited.editedAt, messageId],
  )
  const translations = await insertTranslations(sql, edited, edit.translations)
  await appendEvents(sql, row.conversationId, [{ type: 'edited', messageId, revision: edited.revision }])
  return { message: toMessage(edited, translations), changed: true, forgotten }
}
