import type { GetConversationMessagesRequest__Output as GetConversationMessagesRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationMessagesRequest'
import type { GetConversationMessagesResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationMessagesResponse'
import { Problem } from '@meeshy/shared/problems'
import type { Context } from '../context.js'
import { readHistory } from '../store/messages.js'
import { requireMember } from '../store/permissions.js'
import { withMissing } from '../translation/missing.js'
import { requireId } from './validate.js'

const defaultLimit = 50
const maxLimit = 200

/** Returns a page of history by sequence number, and asks for the translations that its reader lacks. */
export async function getConversationMessagesRpc(
  request: GetConversationMessagesRequest,
  context: Context,
): Promise<GetConversationMessagesResponse> {
  const { before, after, limit = defaultLimit } = request
  const conversationId = requireId(request.conversationId, 'conversationId')
  const userId = requireId(request.userId, 'userId')
  if (limit < 1 || limit > maxLimit) throw new Problem('bad_request', `limit must be 1 to ${maxLimit}.`)
  if (before !== undefined && after !== undefined) throw new Problem('bad_request', 'Give before or after, not both.')
  const reader = await requireMember(context.database, conversationId, userId)
  const page = await readHistory(context.database, {
    conversationId,
    limit,
    language: reader.language,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  })
  return { ...page, messages: withMissing(context, page.messages, reader) }
}
