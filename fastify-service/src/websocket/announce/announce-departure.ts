import type { Departure } from '../../store/conversations/leave-conversations.js'
import { type Announcer, announceConversation, announceDeletion, announceMember } from './announce.js'

/** Ends the sockets of somebody whose account is deleted, and tells those they shared conversations with. */
export async function announceDeparture(
  context: Announcer,
  userId: string,
  { left, kept, deleted, guestIds }: Departure,
): Promise<void> {
  context.hub.disconnectUser(userId)
  context.rooms.forgetUser(userId)
  for (const { memberIds, ...change } of deleted) announceDeletion(context, memberIds, change)
  for (const guestId of guestIds) context.hub.disconnectUser(guestId)
  for (const { id, version, heirId } of left) {
    await announceMember(context, 'removed', id, { userId, version })
    if (heirId !== undefined) await announceMember(context, 'updated', id, { userId: heirId, version })
  }
  for (const change of kept) await announceConversation(context, 'updated', change)
}
