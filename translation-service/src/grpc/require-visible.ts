import { Problem } from '@meeshy/shared/problems'
import type { Reads } from '../store/database.js'
import { readConversationOf } from '../store/messages.js'
import { type Member, readMember } from '../store/permissions.js'

/**
 * The conversation of a message, and who this user is in it.
 *
 * @throws Problem not_found: whoever may not see a message gets what they would get if it did not exist
 */
export async function requireVisible(
  reads: Reads,
  messageId: string,
  userId: string,
): Promise<Member & { conversationId: string }> {
  const conversationId = await readConversationOf(reads, messageId)
  const member = conversationId === null ? null : await readMember(reads, conversationId, userId)
  if (conversationId === null || !member) throw noMessage()
  return { ...member, conversationId }
}

export function noMessage(): Problem {
  return new Problem('not_found', 'There is no such message.')
}
