import { Problem } from '@meeshy/shared/problems'
import { presentMessage } from '../../grpc/present.js'
import type { FrameHandler } from './handler.js'

/** Replaces what a message says; an edit counts as a send, since it is translated anew. */
export const messageEdit: FrameHandler<'message.edit'> = {
  policy: { who: 'guest', on: 'message', as: 'author' },
  async handle({ sockets, connection, holder, requestId }, edit) {
    const { context, rates } = sockets
    const { problem } = await rates.countSend(connection.id)
    if (problem) throw problem
    const message = await context.messaging.edit({ ...edit, userId: holder.userId }, requestId)
    const reader = await context.rooms.reader(message.conversationId, holder.userId)
    if (!reader) throw new Problem('not_found')
    return presentMessage(message, reader)
  },
}
