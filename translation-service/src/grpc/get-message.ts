import type { GetMessageRequest__Output as GetMessageRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetMessageRequest'
import type { GetMessageResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetMessageResponse'
import type { Context } from '../context.js'
import { readMessage } from '../store/messages.js'
import { priorities } from '../store/priorities.js'
import { lackedBy, requestLacking, withPending } from '../translation/lacking.js'
import { noMessage, requireVisible } from './require-visible.js'
import { seenBy } from './seen-by.js'
import { requireId } from './validate.js'

/** Returns one message as the user sees it. */
export async function getMessageRpc(request: GetMessageRequest, context: Context): Promise<GetMessageResponse> {
  const messageId = requireId(request.messageId, 'messageId')
  const { reader } = await requireVisible(context.database, messageId, requireId(request.userId, 'userId'))
  const wanted = request.allTranslations ? 'all' : reader.language
  const message = await readMessage(context.database, messageId, wanted)
  if (!message) throw noMessage()
  const lacking = lackedBy(reader, [message])
  void requestLacking(context, lacking, reader, priorities.visible)
  return { message: seenBy(reader, lacking.length > 0 ? withPending(message, reader) : message) }
}
