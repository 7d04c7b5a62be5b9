import type { GetConversationMessagesRequest__Output as GetConversationMessagesRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationMessagesRequest'
import type { GetConversationMessagesResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationMessagesResponse'
import { Problem } from '@meeshy/shared/problems'
import type { Context } from '../context.js'
import { readHistory } from '../store/messages.js'
import { requireMember } from '../store/permissions.js'
import { priorities } from '../store/priorities.js'
import { lackedBy, requestLacking, withPending } from '../translation/lacking.js'
import { seenBy } from './seen-by.js'
import { requireId, requireLimit } from './validate.js'

const defaultLimit = 50

/**
 * Returns a page of history by sequence number. What its reader lacks is asked for: this page at once, older ones in
 * the background.
 */
export async function getConversationMessagesRpc(
  request: GetConversationMessagesRequest,
  context: Context,
): Promise<GetConversationMessagesResponse> {
  const { before, after } = request
  const conversationId = requireId(request.conversationId, 'conversationId')
  const userId = requireId(request.userId, 'userId')
  const limit = requireLimit(request.limit ?? defaultLimit)
  if (before !== undefined && after !== undefined) throw new Problem('bad_request', 'Give before or after, not both.')
  const { reader } = await requireMember(context.database, conversationId, userId)
  const { messages, hasMore } = await readHistory(context.database, {
    conversationId,
    limit,
    translations: request.allTranslations ? 'all' : reader.language,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  })
  const lacking = lackedBy(reader, messages)
  void requestLacking(context, lacking, reader, priorities.visible)
  const [first] = messages
  if (first && reader.autoTranslate) context.backfill.add(conversationId, userId, reader.language, first.seq)
  const asked = new Set(lacking)
  const shown = messages.map((message) => seenBy(reader, asked.has(message) ? withPending(message, reader) : message))
  return { messages: shown, hasMore }
}
