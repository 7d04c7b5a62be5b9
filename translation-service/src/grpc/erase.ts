import type { EraseConversationRequest__Output as EraseConversationRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/EraseConversationRequest'
import type { EraseConversationResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/EraseConversationResponse'
import type { EraseUserMessagesRequest__Output as EraseUserMessagesRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/EraseUserMessagesRequest'
import type { EraseUserMessagesResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/EraseUserMessagesResponse'
import type { Context } from '../context.js'
import { promiseConversationErasure, promiseUserErasure } from '../store/erasures.js'
import { requireId } from './validate.js'

/** Promises to remove the messages of a conversation that no longer exists. */
export async function eraseConversationRpc(
  request: EraseConversationRequest,
  { database, housekeeping }: Context,
): Promise<EraseConversationResponse> {
  const conversationId = requireId(request.conversationId, 'conversationId')
  await database.write((sql) => promiseConversationErasure(sql, conversationId))
  housekeeping.notePromised()
  return {}
}

/** Promises to turn the messages of somebody who has left into tombstones. */
export async function eraseUserMessagesRpc(
  request: EraseUserMessagesRequest,
  { database, housekeeping }: Context,
): Promise<EraseUserMessagesResponse> {
  const userId = requireId(request.userId, 'userId')
  await database.write((sql) => promiseUserErasure(sql, userId))
  housekeeping.notePromised()
  return {}
}
