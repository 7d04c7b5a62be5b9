import type { GatewayTables } from '../database.js'
import { revokeSessionsOf } from '../sessions/sessions.js'

export interface PasswordChange {
  userId: string
  passwordHash: string
  /** Only if the password is still this one. */
  replacing?: string
  /** The session that stays, if any. */
  keptSessionId?: string
}

/**
 * Sets a password and ends what the old one opened: sessions and resets.
 *
 * @returns the ids of the sessions that ended; null when the person is gone or has another password meanwhile
 */
export async function setPassword(
  tables: Pick<GatewayTables, 'user' | 'session' | 'passwordReset'>,
  { userId, passwordHash, replacing, keptSessionId }: PasswordChange,
): Promise<string[] | null> {
  const where = { id: userId, deactivatedAt: null, ...(replacing !== undefined && { passwordHash: replacing }) }
  const { count } = await tables.user.updateMany({ where, data: { passwordHash } })
  if (count === 0) return null
  await tables.passwordReset.deleteMany({ where: { userId, usedAt: null } })
  return revokeSessionsOf(tables, userId, keptSessionId)
}
