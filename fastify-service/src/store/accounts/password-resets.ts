import { Problem } from '@meeshy/shared/problems'
import type { GatewayDatabase, GatewayTables } from '../database.js'
import { isAdmin, requireAdmin } from './administrators.js'
import { setPassword } from './passwords.js'

export interface NewReset {
  tokenHash: string
  userId: string
  createdById: string
  expiresAt: Date
}

/** Whose password a token may set. */
export interface ResetOwner {
  id: string
  username: string
  email: string | null
}

/**
 * Makes a reset for somebody, in the place of those before.
 *
 * @throws Problem not_found for nobody and for deleted accounts; forbidden for guests, for who was deactivated and from
 * who is no administrator (any more)
 */
export async function createReset(database: Pick<GatewayDatabase, 'transaction'>, reset: NewReset): Promise<void> {
  await database.transaction(async (tables) => {
    await requireAdmin(tables, reset.createdById)
    const person = await tables.user.findUnique({
      where: { id: reset.userId, erasedAt: null },
      select: { role: true, deactivatedAt: true },
    })
    if (!person) throw new Problem('not_found')
    if (person.role === 'GUEST') throw new Problem('forbidden', 'Guests have no password.')
    if (person.deactivatedAt) throw new Problem('forbidden', 'This account is deactivated.')
    await tables.passwordReset.deleteMany({ where: { userId: reset.userId } })
    await tables.passwordReset.create({ data: reset, select: { userId: true } })
  })
}

/**
 * Whose password the token may set now; null when it works no more, or never did. What an administrator made ends with
 * their being one.
 */
export async function readResetOwner(
  tables: Pick<GatewayTables, 'passwordReset' | 'user'>,
  tokenHash: string,
): Promise<ResetOwner | null> {
  const reset = await tables.passwordReset.findUnique({
    where: usable(tokenHash),
    select: { createdById: true, user: { select: { id: true, username: true, email: true } } },
  })
  return reset && (await isAdmin(tables, reset.createdById)) ? reset.user : null
}

/**
 * Uses a token up: sets the password and ends all sessions. Of many at once, one does.
 *
 * @returns the ids of the sessions that ended; null when the token works no more
 */
export async function takeReset(
  database: Pick<GatewayDatabase, 'transaction'>,
  tokenHash: string,
  change: { userId: string; passwordHash: string },
): Promise<string[] | null> {
  return database.transaction(async (tables) => {
    if (!(await readResetOwner(tables, tokenHash))) return null
    const { count } = await tables.passwordReset.updateMany({
      where: usable(tokenHash),
      data: { usedAt: new Date() },
    })
    return count === 0 ? null : setPassword(tables, change)
  })
}

function usable(tokenHash: string) {
  return { tokenHash, usedAt: null, expiresAt: { gt: new Date() }, user: { deactivatedAt: null } }
}
