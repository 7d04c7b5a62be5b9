import type { TranslateMessageRequest__Output as TranslateMessageRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/TranslateMessageRequest'
import type { TranslateMessageResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/TranslateMessageResponse'
import type { Context } from '../context.js'
import { readMessage } from '../store/messages.js'
import { translateOnDemand } from '../translation/on-demand.js'
import { requireLanguage } from '../translation/require-language.js'
import type { Call } from './caller.js'
import { noMessage, requireVisible } from './require-visible.js'
import { requireId } from './validate.js'

/** Returns the translation of a message, made now when it is not there. Who may not read it may not translate it. */
export async function translateMessageRpc(
  request: TranslateMessageRequest,
  context: Context,
  { signal }: Call,
): Promise<TranslateMessageResponse> {
  const messageId = requireId(request.messageId, 'messageId')
  const userId = requireId(request.userId, 'userId')
  const target = requireLanguage(request.targetLanguage, 'targetLanguage')
  await requireVisible(context.database, messageId, userId)
  const message = await readMessage(context.database, messageId, null)
  if (!message || message.deletedAt !== undefined) throw noMessage()
  const translation = await context.slots.demands.run(userId, () => translateOnDemand(context, message, target, signal))
  // Who has left while they waited is a stranger now.
  await requireVisible(context.database, messageId, userId)
  return { translation }
}
