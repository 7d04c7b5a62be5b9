import { checkContent } from '@meeshy/shared/content'
import type { UpdateMessageRequest__Output as UpdateMessageRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/UpdateMessageRequest'
import type { UpdateMessageResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/UpdateMessageResponse'
import type { Context } from '../context.js'
import { editMessage } from '../store/edit-message.js'
import { neededTranslations } from '../translation/needed.js'
import { languageOf } from '../translation/original-language.js'
import { announce } from './announce.js'
import { requireVisible } from './require-visible.js'
import { seenBy } from './seen-by.js'
import { optionalLanguage, requireId } from './validate.js'

/** Replaces what a message says and answers once that is on disk; the new translations follow as events. */
export async function updateMessageRpc(
  request: UpdateMessageRequest,
  context: Context,
): Promise<UpdateMessageResponse> {
  const messageId = requireId(request.messageId, 'messageId')
  const userId = requireId(request.userId, 'userId')
  const given = optionalLanguage(request.originalLanguage, 'originalLanguage')
  const content = checkContent(request.content)
  const { database, memory, housekeeping } = context
  const { conversationId, reader } = await requireVisible(database, messageId, userId)
  const language = await languageOf(content, given, reader.language)
  const translations = await neededTranslations(context, conversationId, content, language.originalLanguage)
  const { expectedRevision = null } = request
  const edit = { messageId, userId, content, ...language, expectedRevision, translations }
  const { message, changed, forgotten } = await database.write((sql) => editMessage(sql, edit))
  if (changed) {
    memory.forget(forgotten)
    housekeeping.noteErased()
    announce(context, message)
  }
  return { message: seenBy(reader, message), changed }
}
