import { Problem } from '@meeshy/shared/problems'
import { type Departure, leaveConversations } from '../conversations/leave-conversations.js'
import type { GatewayDatabase, GatewayTables } from '../database.js'
import { leaveGroups } from '../groups/leave-groups.js'
import { requireActiveAdmin, requireAdmin } from './administrators.js'
import { erasedKey, unerasedKey } from './message-erasures.js'
import { nobody } from './users.js'

export interface ErasureOptions {
  /** Turns what they wrote into tombstones, too. */
  eraseMessages: boolean
}

/** What is to be told after the commit. */
export interface Erased extends Departure {
  /** What they signed in with. */
  logins: string[]
}

/**
 * Deletes an account: everything personal, at once and for good, so that its names are free again. What is left is the
 * row that their messages need, as "deleted user".
 *
 * @param actorId the person, or an administrator
 * @throws Problem not_found when there is no such account (any more), forbidden, last_admin
 */
export function eraseAccount(
  database: GatewayDatabase,
  actorId: string,
  id: string,
  options: ErasureOptions,
): Promise<Erased> {
  return database.transaction(async (tables) => {
    if (actorId !== id) await requireAdmin(tables, actorId)
    const columns = { role: true, erasedAt: true, username: true, email: true }
    const before = await tables.user.findUnique({ where: { id }, select: columns })
    if (!before || before.erasedAt) throw new Problem('not_found')
    await blankProfile(tables, id, options)
    if (before.role === 'ADMIN') await requireActiveAdmin(tables)
    const departure = await leaveConversations(tables, id)
    await leaveGroups(tables, id)
    await removeTraces(tables, id)
    return { ...departure, logins: [before.username, ...(before.email === null ? [] : [before.email])] }
  })
}

async function blankProfile(tables: GatewayTables, id: string, { eraseMessages }: ErasureOptions): Promise<void> {
  const now = new Date()
  await tables.user.update({
    where: { id },
    data: {
      ...nobody,
      usernameKey: eraseMessages ? unerasedKey(id) : erasedKey(id),
      email: null,
      emailKey: null,
      passwordHash: null,
      displayNameKey: '',
      role: 'USER',
      avatarUrl: null,
      preferredLanguage: 'en',
      understoodLanguages: '',
      deactivatedAt: now,
      erasedAt: now,
    },
  })
}

async function removeTraces(tables: GatewayTables, id: string): Promise<void> {
  await tables.block.deleteMany({ where: { OR: [{ blockerId: id }, { blockedId: id }] } })
  await tables.friendRequest.deleteMany({ where: { OR: [{ senderId: id }, { receiverId: id }] } })
  await tables.notification.deleteMany({ where: { OR: [{ userId: id }, { actorId: id }] } })
  await tables.passwordReset.deleteMany({ where: { userId: id } })
  await tables.session.deleteMany({ where: { userId: id } })
}
