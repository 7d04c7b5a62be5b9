import type { Sql } from '@meeshy/shared/database/sql'
import { Problem } from '@meeshy/shared/problems'
import { type Message, toMessage } from './convert.js'
import { eraseContent } from './erase-content.js'
import { appendEvents } from './events.js'
import { readRow } from './messages.js'
import { readMember } from './permissions.js'
import { type MessageRow, timestamp } from './rows.js'

const moderators = new Set(['owner', 'admin', 'moderator'])

export interface DeletedMessage {
  /** The tombstone. */
  message: Message
  /** Keys of the memory entries that went with it. */
  forgotten: string[]
}

/**
 * Turns a message into a tombstone that keeps its place. Deleting it again changes nothing.
 *
 * @throws Problem not_found for a stranger, forbidden for a member who is neither its author nor a moderator
 */
export async function deleteMessage(sql: Sql, messageId: string, userId: string): Promise<DeletedMessage> {
  const row = await readRow(sql, messageId)
  const member = row && (await readMember(sql, row.conversationId, userId))
  if (!member) throw new Problem('not_found', 'There is no such message.')
  if (row.senderId !== userId && !moderators.has(member.role)) {
    throw new Problem('forbidden', 'Only its author and moderators can delete a message.')
  }
  if (row.deletedAt !== null) return { message: toMessage(row, []), forgotten: [] }
  return buryMessage(sql, row)
}

/** Makes the tombstone of a message that is not deleted, and tells the readers. */
export async function buryMessage(sql: Sql, row: MessageRow): Promise<DeletedMessage> {
  const { id: messageId, conversationId, revision } = row
  const forgotten = await eraseContent(sql, row)
  const deletedAt = timestamp()
  await sql.run('UPDATE "Message" SET "deletedAt" = ? WHERE "id" = ?', deletedAt, messageId)
  await appendEvents(sql, conversationId, [{ type: 'deleted', messageId, revision }])
  return { message: toMessage({ ...row, deletedAt }, []), forgotten }
}
