import { checkContent } from '@meeshy/shared/content'
import type { CreateMessageRequest__Output as CreateMessageRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/CreateMessageRequest'
import type { CreateMessageResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/CreateMessageResponse'
import { newId } from '@meeshy/shared/ids'
import { isLanguage, type Language, undetermined } from '@meeshy/shared/languages'
import { wantedLanguages } from '@meeshy/shared/reader-view'
import type { Context } from '../context.js'
import { createMessage } from '../store/messages.js'
import type { Outcome } from '../store/outcome.js'
import { type Members, requireMembers } from '../store/permissions.js'
import { detectLanguage } from '../translation/detect.js'
import { requireLanguage } from '../translation/require-language.js'
import { chooseModel } from '../translation/router.js'
import { hasTranslatableText } from '../translation/spans.js'
import { requireId } from './validate.js'

/** Stores a message and answers once it is on disk; its translations follow as events. */
export async function createMessageRpc(
  request: CreateMessageRequest,
  context: Context,
): Promise<CreateMessageResponse> {
  const conversationId = requireId(request.conversationId, 'conversationId')
  const senderId = requireId(request.senderId, 'senderId')
  const clientMessageId = requireId(request.clientMessageId || newId(), 'clientMessageId')
  const content = checkContent(request.content)
  const members = await requireMembers(context.database, conversationId, senderId)
  const language = await languageOf(request, members)
  const message = {
    conversationId,
    senderId,
    clientMessageId,
    content,
    ...language,
    ...(request.replyToId === undefined ? {} : { replyToId: requireId(request.replyToId, 'replyToId') }),
    translations: await knownTranslations(context, content, language.originalLanguage, members),
  }
  const result = await context.database.write((tables) => createMessage(tables, context.contentKey, message))
  if (result.created) {
    context.feed.notify()
    if (result.message.translations.some(({ status }) => status === 'pending')) context.queue.add(result.message.id)
  }
  return result
}

async function languageOf({ originalLanguage, content, senderId }: CreateMessageRequest, members: Members) {
  const given = originalLanguage === undefined ? null : requireLanguage(originalLanguage, 'originalLanguage')
  // Whatever the client says of it, text without words has no language and needs no translation.
  if (!hasTranslatableText(content)) return { originalLanguage: undetermined, languageSource: 'detected' }
  if (given) return { originalLanguage: given, languageSource: 'client' }
  const { language, source } = await detectLanguage(content, members.get(senderId)?.language ?? null)
  return { originalLanguage: language, languageSource: source }
}

/** Every language that a member needs, with the translation if the memory has it. */
async function knownTranslations(
  { memory, models }: Context,
  text: string,
  source: string,
  members: Members,
): Promise<Map<Language, Outcome | null>> {
  const wanted = new Map<Language, Outcome | null>(
    wantedLanguages(members.values(), source).map((language) => [language, null]),
  )
  const choice = chooseModel(text, models)
  if (wanted.size === 0 || !choice || !isLanguage(source)) return wanted
  const known = await memory.lookUp({ text, source, targets: [...wanted.keys()] }, choice.model)
  for (const [language, outcome] of known) wanted.set(language, outcome)
  return wanted
}
