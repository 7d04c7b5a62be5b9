import type { Language } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import { insertMember } from '../conversations/members.js'
import type { GatewayDatabase, GatewayTables } from '../database.js'
import type { SessionStart } from '../sessions/sessions.js'
import { createGuest } from './guests.js'

export interface Joined {
  conversationId: string
  /** Of the conversation, with the new member; null for somebody who was there already. */
  version: number | null
}

/**
 * Brings somebody into the conversation of a link. Who is there already does not use it up. Who was removed may come
 * back by a link: a moderator who minds deletes it.
 *
 * @throws Problem not_found, link_gone, conversation_full; forbidden for guests of another conversation
 */
export function joinByLink(database: GatewayDatabase, linkId: string, userId: string): Promise<Joined> {
  return database.transaction(async (tables) => {
    const { conversationId } = await findInvitation(tables, linkId)
    const key = { conversationId_userId: { conversationId, userId } }
    const [membership, user] = [
      await tables.conversationMember.findUnique({ where: key, select: { role: true } }),
      await tables.user.findUnique({ where: { id: userId, deactivatedAt: null }, select: { role: true } }),
    ]
    if (membership) return { conversationId, version: null }
    if (!user) throw new Problem('token_revoked')
    if (user.role === 'GUEST') throw new Problem('forbidden', 'Guests have one conversation. Make an account.')
    await useUp(tables, linkId)
    return { conversationId, ...(await insertMember(tables, conversationId, userId)) }
  })
}

/**
 * Makes a guest of the conversation of a link, with the session that is their only way in.
 *
 * @throws Problem not_found, link_gone, conversation_full; unauthenticated when the link is not for guests
 */
export function joinAsGuest(
  database: GatewayDatabase,
  linkId: string,
  guest: { displayName: string; language: Language },
  session: SessionStart,
) {
  return database.transaction(async (tables) => {
    const { conversationId, allowGuests } = await findInvitation(tables, linkId)
    await useUp(tables, linkId)
    if (!allowGuests) throw new Problem('unauthenticated', 'This link is not for guests. Sign in to join.')
    const user = await createGuest(tables, guest)
    const { version } = await insertMember(tables, conversationId, user.id)
    await tables.session.create({ data: { ...session, userId: user.id, conversationId }, select: { id: true } })
    return { conversationId, version, user }
  })
}

async function findInvitation(tables: GatewayTables, id: string) {
  const link = await tables.shareLink.findUnique({ where: { id }, select: { conversationId: true, allowGuests: true } })
  if (!link) throw new Problem('not_found')
  return link
}

/** Counts a use, while there is one left. @throws Problem link_gone */
async function useUp(tables: GatewayTables, id: string): Promise<void> {
  const { shareLink } = tables
  const { count } = await shareLink.updateMany({
    where: {
      id,
      AND: [
        { OR: [{ maxUses: null }, { uses: { lt: shareLink.fields.maxUses } }] },
        { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
      ],
    },
    data: { uses: { increment: 1 } },
  })
  if (count === 0) throw new Problem('link_gone')
}
