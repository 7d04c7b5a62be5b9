import { newId } from '@meeshy/shared/ids'
import type { GatewayTables } from './database.js'

export type Session = NonNullable<Awaited<ReturnType<typeof readSession>>>

/** Opens a session, and sweeps away those of the same person that have expired. */
export async function createSession(
  tables: Pick<GatewayTables, 'session'>,
  { userId, expiresAt }: { userId: string; expiresAt: Date },
): Promise<{ id: string }> {
  await tables.session.deleteMany({ where: { userId, expiresAt: { lt: new Date() } } })
  return tables.session.create({ data: { id: newId(), userId, expiresAt }, select: { id: true } })
}

/** A session and what matters of its person; null when there is none. */
export async function readSession(tables: Pick<GatewayTables, 'session'>, id: string) {
  return tables.session.findUnique({
    where: { id },
    select: {
      userId: true,
      expiresAt: true,
      revokedAt: true,
      user: { select: { deactivatedAt: true, role: true } },
    },
  })
}

/** Ends a session: its tokens are refused from now on. */
export async function revokeSession(tables: Pick<GatewayTables, 'session'>, id: string): Promise<void> {
  await tables.session.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } })
}

/** Ends all sessions of a person but one. @returns the ids of those that ended */
export async function revokeOtherSessions(
  tables: Pick<GatewayTables, 'session'>,
  userId: string,
  keptId: string,
): Promise<string[]> {
  const where = { userId, revokedAt: null, id: { not: keptId } }
  const ended = await tables.session.findMany({ where, select: { id: true } })
  await tables.session.updateMany({ where, data: { revokedAt: new Date() } })
  return ended.map(({ id }) => id)
}
