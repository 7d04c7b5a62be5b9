import { checkContent } from '@meeshy/shared/content'
import type { CreateMessageRequest__Output as CreateMessageRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/CreateMessageRequest'
import type { CreateMessageResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/CreateMessageResponse'
import { newId } from '@meeshy/shared/ids'
import type { Context } from '../context.js'
import { createMessage } from '../store/create-message.js'
import { requireMember } from '../store/permissions.js'
import { neededTranslations } from '../translation/needed.js'
import { languageOf } from '../translation/original-language.js'
import { announce } from './announce.js'
import { seenBy } from './seen-by.js'
import { optionalLanguage, requireId } from './validate.js'

/** Stores a message and answers once it is on disk; its translations follow as events. */
export async function createMessageRpc(
  request: CreateMessageRequest,
  context: Context,
): Promise<CreateMessageResponse> {
  const conversationId = requireId(request.conversationId, 'conversationId')
  const senderId = requireId(request.senderId, 'senderId')
  const clientMessageId = requireId(request.clientMessageId || newId(), 'clientMessageId')
  const replyToId = request.replyToId === undefined ? null : requireId(request.replyToId, 'replyToId')
  const given = optionalLanguage(request.originalLanguage, 'originalLanguage')
  const content = checkContent(request.content)
  const { database, contentKey } = context
  const { reader } = await requireMember(database, conversationId, senderId)
  const language = await languageOf(content, given, reader.language)
  const translations = await neededTranslations(context, conversationId, content, language.originalLanguage)
  const draft = { conversationId, senderId, clientMessageId, content, ...language, replyToId, translations }
  const { message, created } = await database.write((sql) => createMessage(sql, contentKey, draft))
  if (created) announce(context, message)
  return { message: seenBy(reader, message), created }
}
