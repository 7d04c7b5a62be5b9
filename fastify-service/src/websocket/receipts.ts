import type { Context } from '../context.js'
import type { ReadPlace } from '../grpc/messaging.js'

/** How far a conversation has been read, by the one who asks. */
export interface ReadState {
  conversationId: string
  seq: number
  unreadCount: number
}

/**
 * Moves the mark up to which somebody has read, and tells their devices and, in rooms that are not large, the other
 * members; by REST and by sockets.
 */
export async function markRead(
  { messaging, hub }: Pick<Context, 'messaging' | 'rooms' | 'hub'>,
  place: ReadPlace,
  requestId: string,
): Promise<ReadState> {
  const { conversationId, seq, unreadCount, moved } = await messaging.markRead(place, requestId)
  if (moved) {
    hub.tell([place.userId], { type: 'message.read', conversationId, data: { userId: place.userId, seq } })
  }
  return { conversationId, seq, unreadCount }
}
