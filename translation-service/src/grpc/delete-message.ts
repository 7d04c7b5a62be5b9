import type { DeleteMessageRequest__Output as DeleteMessageRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/DeleteMessageRequest'
import type { DeleteMessageResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/DeleteMessageResponse'
import type { Context } from '../context.js'
import { deleteMessage } from '../store/delete-message.js'
import { requireId } from './validate.js'

/** Turns a message into a tombstone; what it said leaves the files within a minute. */
export async function deleteMessageRpc(
  request: DeleteMessageRequest,
  { database, memory, feed, housekeeping }: Context,
): Promise<DeleteMessageResponse> {
  const messageId = requireId(request.messageId, 'messageId')
  const userId = requireId(request.userId, 'userId')
  const { message, forgotten } = await database.write((sql) => deleteMessage(sql, messageId, userId))
  memory.forget(forgotten)
  housekeeping.noteErased()
  feed.notify()
  return { message }
}
