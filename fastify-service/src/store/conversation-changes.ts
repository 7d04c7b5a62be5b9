import type { Language } from '@meeshy/shared/languages'
import type { GatewayDatabase } from './database.js'
import { type Changed, changed, requireMembership, requireRole } from './members.js'

/** @throws Problem not_found for strangers, forbidden for whoever is no moderator, and for direct conversations */
export function updateConversation(
  database: GatewayDatabase,
  id: string,
  actorId: string,
  changes: { title?: string },
): Promise<Changed> {
  return database.transaction(async (tables) => {
    await requireRole(tables, id, actorId, 'moderator')
    await tables.conversation.update({ where: { id }, data: changes })
    return changed(tables, id)
  })
}

/**
 * Deletes a conversation with its memberships; its messages are the translation service's to erase.
 *
 * @throws Problem not_found for strangers, forbidden for whoever is no owner, and for direct conversations
 */
export function deleteConversation(
  database: GatewayDatabase,
  id: string,
  actorId: string,
): Promise<Changed & { memberIds: string[] }> {
  return database.transaction(async (tables) => {
    await requireRole(tables, id, actorId, 'owner')
    const members = await tables.conversationMember.findMany({
      where: { conversationId: id },
      select: { userId: true },
    })
    const { version } = await changed(tables, id)
    await tables.conversation.delete({ where: { id } })
    return { version, memberIds: members.map(({ userId }) => userId) }
  })
}

/** What somebody has set for themselves in a conversation. */
export interface MemberSettings {
  /** Read here in this language, in place of the preferred one. */
  languageOverride: string | null
  autoTranslate: boolean
}

/** Changes the given settings. @throws Problem not_found */
export function updateSettings(
  database: GatewayDatabase,
  conversationId: string,
  userId: string,
  changes: { languageOverride?: Language | null; autoTranslate?: boolean },
): Promise<MemberSettings> {
  return database.transaction(async (tables) => {
    await requireMembership(tables, conversationId, userId)
    return tables.conversationMember.update({
      where: { conversationId_userId: { conversationId, userId } },
      data: changes,
      select: { languageOverride: true, autoTranslate: true },
    })
  })
}
