import { Problem } from '@meeshy/shared/problems'
import { presentMessage } from '../../grpc/present.js'
import type { FrameHandler } from './handler.js'

/** Stores a message; the ack carries it, and it reaches everybody, the sender's other devices too, by the event feed. */
export const messageSend: FrameHandler<'message.send'> = {
  policy: { who: 'guest', on: 'conversation', as: 'member' },
  async handle({ sockets, connection, holder, requestId }, draft) {
    const { context, rates } = sockets
    const { problem } = await rates.countSend(connection.id)
    if (problem) throw problem
    const reader = await context.rooms.reader(draft.conversationId, holder.userId)
    if (!reader) throw new Problem('not_found')
    const { message } = await context.messaging.send({ ...draft, senderId: holder.userId }, requestId)
    return presentMessage(message, reader)
  },
}
