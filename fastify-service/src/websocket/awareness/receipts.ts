import { LRUCache } from 'lru-cache'
import type { Context } from '../../context.js'
import type { ReadPlace } from '../../grpc/messaging.js'
import type { AwarenessLimits } from '../limits.js'

/** Marks that move at the same time are told in one moment: few need to be known. */
const rememberedMarks = 10_000

/** How far a conversation has been read, by the one who asks. */
export interface ReadState {
  conversationId: string
  seq: number
  unreadCount: number
}

/**
 * Moves the mark up to which somebody has read, and tells their devices and, in small rooms, the other members; by
 * REST and by sockets.
 */
export async function markRead(
  { messaging, receipts }: Pick<Context, 'messaging' | 'receipts'>,
  place: ReadPlace,
  requestId: string,
): Promise<ReadState> {
  const { conversationId, seq, unreadCount, moved } = await messaging.markRead(place, requestId)
  if (moved) await receipts.tell({ conversationId, userId: place.userId, seq })
  return { conversationId, seq, unreadCount }
}

interface Mark {
  conversationId: string
  userId: string
  seq: number
}

interface ReceiptsOptions extends Pick<Context, 'rooms' | 'hub' | 'messaging'> {
  limits: Pick<AwarenessLimits, 'smallRoomMembers'>
}

/** Tells how far people have read, for each of them forwards only. */
export class Receipts {
  readonly #options: ReceiptsOptions
  /** The marks that were told last, by epoch, conversation and person. */
  readonly #told = new LRUCache<string, number>({ max: rememberedMarks })

  constructor(options: ReceiptsOptions) {
    this.#options = options
  }

  /** Tells of a mark that was moved, unless a later one was told already: two answers may change places. */
  async tell({ conversationId, userId, seq }: Mark): Promise<void> {
    const { rooms, hub, messaging, limits } = this.#options
    const room = await rooms.read(conversationId)
    if (!room.has(userId)) return
    const key = `${messaging.epoch}:${conversationId}:${userId}`
    if ((this.#told.get(key) ?? -1) >= seq) return
    this.#told.set(key, seq)
    const readerIds = room.size > limits.smallRoomMembers ? [userId] : room.keys()
    hub.tell(readerIds, { type: 'message.read', conversationId, data: { userId, seq } })
  }
}
