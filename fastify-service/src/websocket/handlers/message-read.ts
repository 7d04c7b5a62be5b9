import { markRead } from '../awareness/receipts.js'
import type { FrameHandler } from './handler.js'

/** Moves the mark up to which a conversation has been read, for all devices of the user. */
export const messageRead: FrameHandler<'message.read'> = {
  policy: { who: 'guest', on: 'conversation', as: 'member' },
  handle: ({ sockets, holder, requestId }, place) =>
    markRead(sockets.context, { ...place, userId: holder.userId }, requestId),
}
