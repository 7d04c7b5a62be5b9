import type { FrameHandler } from './handler.js'

/** Turns a message into a tombstone. */
export const messageDelete: FrameHandler<'message.delete'> = {
  policy: { who: 'guest', on: 'message', as: 'author or moderator' },
  async handle({ sockets, holder, requestId }, { messageId }) {
    await sockets.context.messaging.remove({ messageId, userId: holder.userId }, requestId)
    return {}
  },
}
