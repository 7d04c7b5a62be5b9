import type { GatewayDatabase } from '../database.js'
import { eraseGuests } from '../share-links/guests.js'
import { type Changed, changed, requireRole } from './members.js'

/**
 * Changes the given fields.
 *
 * @returns null when there are none
 * @throws Problem not_found for strangers, forbidden for whoever is no moderator, and for direct conversations
 */
export function updateConversation(
  database: GatewayDatabase,
  id: string,
  actorId: string,
  changes: { title?: string },
): Promise<Changed | null> {
  return database.transaction(async (tables) => {
    await requireRole(tables, id, actorId, 'moderator', 'A direct conversation has no title.')
    if (Object.keys(changes).length === 0) return null
    await tables.conversation.update({ where: { id }, data: changes })
    return changed(tables, id)
  })
}

/**
 * Deletes a conversation with its memberships and its guests; its messages are the translation service's to erase.
 *
 * @returns also the ids of the guests; their sockets are still to be closed
 * @throws Problem not_found for strangers, forbidden for whoever is no owner, and for direct conversations
 */
export function deleteConversation(
  database: GatewayDatabase,
  id: string,
  actorId: string,
): Promise<Changed & { memberIds: string[]; guestIds: string[] }> {
  return database.transaction(async (tables) => {
    await requireRole(tables, id, actorId, 'owner', 'A direct conversation cannot be deleted. You can archive it.')
    const members = await tables.conversationMember.findMany({
      where: { conversationId: id },
      select: { userId: true },
    })
    const memberIds = members.map(({ userId }) => userId)
    const { version } = await changed(tables, id)
    const guestIds = await eraseGuests(tables, memberIds)
    await tables.conversation.delete({ where: { id } })
    return { version, memberIds, guestIds }
  })
}
