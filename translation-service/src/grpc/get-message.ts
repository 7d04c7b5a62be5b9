import type { GetMessageRequest__Output as GetMessageRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetMessageRequest'
import { Problem } from '@meeshy/shared/problems'
import type { Reader } from '@meeshy/shared/reader-view'
import type { Context } from '../context.js'
import type { Message } from '../store/convert.js'
import { readConversationOf, readMessage } from '../store/messages.js'
import { requireMember } from '../store/permissions.js'
import { withMissing } from '../translation/missing.js'
import { requireId } from './validate.js'

/** Returns one message; whoever may not read it gets what they would get if it did not exist. */
export async function getMessageRpc(request: GetMessageRequest, context: Context): Promise<Message> {
  const messageId = requireId(request.messageId, 'messageId')
  const conversationId = await readConversationOf(context.database, messageId)
  const reader = conversationId && (await readerIn(context, conversationId, requireId(request.userId, 'userId')))
  const message = reader && (await readMessage(context.database, messageId, reader.language))
  if (!message) throw new Problem('not_found', 'There is no such message.')
  return withMissing(context, [message], reader)[0] ?? message
}

async function readerIn({ database }: Context, conversationId: string, userId: string): Promise<Reader | null> {
  try {
    return await requireMember(database, conversationId, userId)
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_found') return null
    throw error
  }
}
