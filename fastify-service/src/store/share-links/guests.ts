import { randomBytes } from 'node:crypto'
import { newId } from '@meeshy/shared/ids'
import type { Language } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import { keyOf, nobody, type OwnUser, ownColumns, toOwnUser } from '../accounts/users.js'
import { chunksOf } from '../chunks.js'
import type { GatewayTables } from '../database.js'

/** Somebody without an account, who came by a link and knows one conversation. */
export async function createGuest(
  tables: Pick<GatewayTables, 'user'>,
  { displayName, language }: { displayName: string; language: Language },
): Promise<OwnUser> {
  const username = `guest_${randomBytes(8).toString('hex')}`
  const user = await tables.user.create({
    data: {
      id: newId(),
      username,
      usernameKey: keyOf(username),
      displayName,
      displayNameKey: keyOf(displayName),
      preferredLanguage: language,
      role: 'GUEST',
    },
    select: ownColumns,
  })
  return toOwnUser(user)
}

/** @throws Problem forbidden for a guest, who is never more than a member */
export async function requireNoGuest(tables: Pick<GatewayTables, 'user'>, userId: string): Promise<void> {
  const guest = await tables.user.findUnique({ where: { id: userId, role: 'GUEST' }, select: { id: true } })
  if (guest) throw new Problem('forbidden', 'A guest stays a member. They can make an account.')
}

type Tables = Pick<GatewayTables, 'user' | 'session' | 'conversationMember' | 'block' | 'notification'>

/**
 * Erases those of these people who are guests, as somebody who leaves their only conversation has nowhere to go: their
 * tokens are refused from now on, and what they wrote stays under "deleted user".
 *
 * @returns the ids of those who were guests; their sockets are still to be closed
 */
export async function eraseGuests(tables: Tables, userIds: readonly string[]): Promise<string[]> {
  const erased: string[] = []
  for (const chunk of chunksOf(userIds)) {
    const guests = await tables.user.findMany({
      where: { id: { in: chunk }, role: 'GUEST', erasedAt: null },
      select: { id: true },
    })
    const ids = guests.map(({ id }) => id)
    if (ids.length > 0) await eraseAll(tables, ids)
    erased.push(...ids)
  }
  return erased
}

async function eraseAll(tables: Tables, ids: string[]): Promise<void> {
  const now = new Date()
  await tables.session.deleteMany({ where: { userId: { in: ids } } })
  await tables.conversationMember.deleteMany({ where: { userId: { in: ids } } })
  await tables.block.deleteMany({ where: { blockedId: { in: ids } } })
  await tables.notification.deleteMany({ where: { actorId: { in: ids } } })
  await tables.user.updateMany({
    where: { id: { in: ids } },
    data: {
      // The unique key of the username was never anything personal.
      ...nobody,
      displayNameKey: '',
      avatarUrl: null,
      preferredLanguage: 'en',
      understoodLanguages: '',
      deactivatedAt: now,
      erasedAt: now,
    },
  })
}
