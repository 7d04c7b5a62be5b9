import { Problem } from '@meeshy/shared/problems'
import type { GatewayDatabase, GatewayTables } from '../database.js'
import { revokeSessionsOf } from '../sessions/sessions.js'
import { type Account, type AccountStatus, type givenRoles, readAccount } from './accounts.js'
import { requireActiveAdmin, requireAdmin } from './administrators.js'

/**
 * Makes somebody a user, a moderator or an administrator.
 *
 * @throws Problem not_found, forbidden for guests, deleted accounts and an actor who is no administrator, last_admin
 */
export function changeAccountRole(
  database: GatewayDatabase,
  actorId: string,
  id: string,
  role: (typeof givenRoles)[number],
): Promise<Account> {
  return database.transaction(async (tables) => {
    const before = await requireAccount(tables, actorId, id)
    if (before.role === 'GUEST') throw new Problem('forbidden', 'Guests have no account that could get a role.')
    await tables.user.update({ where: { id }, data: { role } })
    if (before.role === 'ADMIN' && role !== 'ADMIN') await requireActiveAdmin(tables)
    return readAccount(tables, id)
  })
}

/**
 * Deactivates an account, which ends its sessions, or activates it again. Nobody deactivates themselves, so that a
 * mistake can be undone.
 *
 * @returns also the ids of the sessions that ended
 * @throws Problem not_found, forbidden for deleted accounts, oneself and an actor who is no administrator
 */
export function changeAccountStatus(
  database: GatewayDatabase,
  actorId: string,
  id: string,
  status: Exclude<AccountStatus, 'erased'>,
): Promise<{ account: Account; endedSessionIds: string[] }> {
  return database.transaction(async (tables) => {
    await requireAccount(tables, actorId, id)
    if (status === 'active') {
      await tables.user.update({ where: { id }, data: { deactivatedAt: null } })
      return { account: await readAccount(tables, id), endedSessionIds: [] }
    }
    if (actorId === id) throw new Problem('forbidden', 'Ask another administrator to deactivate you.')
    await tables.user.updateMany({ where: { id, deactivatedAt: null }, data: { deactivatedAt: new Date() } })
    const endedSessionIds = await revokeSessionsOf(tables, id)
    return { account: await readAccount(tables, id), endedSessionIds }
  })
}

/** The account as it was, when this actor may change it now. */
async function requireAccount(tables: GatewayTables, actorId: string, id: string): Promise<{ role: string }> {
  await requireAdmin(tables, actorId)
  const row = await tables.user.findUnique({ where: { id }, select: { role: true, erasedAt: true } })
  if (!row) throw new Problem('not_found')
  if (row.erasedAt) throw new Problem('forbidden', 'This account is deleted.')
  return row
}
