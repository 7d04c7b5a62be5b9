import type { MarkMessageAsReadRequest__Output as MarkMessageAsReadRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MarkMessageAsReadRequest'
import type { MarkMessageAsReadResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MarkMessageAsReadResponse'
import { Problem } from '@meeshy/shared/problems'
import type { Context } from '../context.js'
import type { Reads } from '../store/database.js'
import { readSeq } from '../store/messages.js'
import { requireMember } from '../store/permissions.js'
import { markAsRead } from '../store/read-marks.js'
import { noMessage, requireVisible } from './require-visible.js'
import { requireId } from './validate.js'

/** Moves the mark up to which the user has read a conversation. */
export async function markMessageAsReadRpc(
  request: MarkMessageAsReadRequest,
  { database }: Context,
): Promise<MarkMessageAsReadResponse> {
  const userId = requireId(request.userId, 'userId')
  const { conversationId, seq } = await placeOf(request, userId, database)
  return database.write(async (sql) => {
    const { joinedAt } = await requireMember(sql, conversationId, userId)
    return { conversationId, ...(await markAsRead(sql, { conversationId, userId, seq }, joinedAt)) }
  })
}

async function placeOf(
  { conversationId, seq, messageId }: MarkMessageAsReadRequest,
  userId: string,
  reads: Reads,
): Promise<{ conversationId: string; seq: number }> {
  if ((seq === undefined) === (messageId === undefined)) {
    throw new Problem('bad_request', 'Give either seq or messageId.')
  }
  if (messageId === undefined) {
    if (seq === undefined || seq < 0) throw new Problem('bad_request', 'seq must be 0 or more.')
    return { conversationId: requireId(conversationId, 'conversationId'), seq }
  }
  const visible = await requireVisible(reads, requireId(messageId, 'messageId'), userId)
  if (conversationId !== '' && conversationId !== visible.conversationId) throw noMessage()
  const found = await readSeq(reads, messageId)
  if (found === null) throw noMessage()
  return { conversationId: visible.conversationId, seq: found }
}
