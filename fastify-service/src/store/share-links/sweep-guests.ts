import { changed } from '../conversations/members.js'
import type { GatewayDatabase } from '../database.js'
import { eraseGuests } from './guests.js'

/** A sweep looks at so many sessions at most, of either kind. */
const sweptAtOnce = 20

/** A guest who has gone, and the conversation as it is without them. */
export interface GoneGuest {
  userId: string
  conversationId: string
  version: number
}

/** Erases some of the guests who cannot come back: whose session has expired, or who have signed out of this one. */
export function sweepGuests(database: GatewayDatabase, conversationId: string): Promise<GoneGuest[]> {
  return database.transaction(async (tables) => {
    const expired = { expiresAt: { lt: new Date() } }
    const columns = { userId: true, conversationId: true } as const
    const ended = [
      ...(await tables.session.findMany({
        where: { conversationId: { not: null }, ...expired },
        // So that the index of guests' sessions is used: those of users that have expired stay, and are many.
        orderBy: { conversationId: 'asc' },
        take: sweptAtOnce,
        select: columns,
      })),
      ...(await tables.session.findMany({
        where: { conversationId, revokedAt: { not: null } },
        take: sweptAtOnce,
        select: columns,
      })),
    ]
    const roomOf = new Map(ended.map((session) => [session.userId, session.conversationId ?? conversationId]))
    const gone: GoneGuest[] = []
    for (const userId of await eraseGuests(tables, [...roomOf.keys()])) {
      const id = roomOf.get(userId) ?? conversationId
      gone.push({ userId, conversationId: id, ...(await changed(tables, id)) })
    }
    return gone
  })
}
