import type { SqlReads } from '@meeshy/shared/database/sql'
import { Problem } from '@meeshy/shared/problems'
import type { GatewayDatabase, GatewayTables } from '../database.js'

type Sessions = Pick<GatewayTables, 'session'>

/** A session and what matters of its person. */
export interface Session {
  userId: string
  role: string
  /** The one conversation that a guest's session opens. */
  conversationId: string | null
  /** This time and the others are ISO 8601. */
  expiresAt: string
  revokedAt: string | null
  deactivatedAt: string | null
}

/** Devices of one person that are signed in. One more, and the one that was away longest is signed out. */
const sessionLimit = 50

/** How long a session that was ended can still be told from one that never was. */
const endedKeptMs = 24 * 3_600_000

/** A session before it is anybody's. */
export interface SessionStart {
  id: string
  refreshHash: string
  /** When it ends unless it is refreshed. */
  expiresAt: Date
  userAgent: string | null
}

export interface NewSession extends SessionStart {
  userId: string
}

/**
 * Opens a session, and sweeps away those of the same person that are over.
 *
 * @param passwordHash what the person has proven to know; a password that was changed since then opens nothing
 * @returns the ids of the sessions that ended, because there were too many
 * @throws Problem credentials_wrong when the person was deactivated or got another password meanwhile
 */
export async function createSession(
  database: Pick<GatewayDatabase, 'transaction'>,
  session: NewSession,
  passwordHash?: string,
): Promise<string[]> {
  const { userId } = session
  return database.transaction(async (tables) => {
    const mayCome = { id: userId, deactivatedAt: null, ...(passwordHash !== undefined && { passwordHash }) }
    if (!(await tables.user.findUnique({ where: mayCome, select: { id: true } })))
      throw new Problem('credentials_wrong')
    const over = [{ expiresAt: { lt: new Date() } }, { revokedAt: { lt: new Date(Date.now() - endedKeptMs) } }]
    await tables.session.deleteMany({ where: { userId, OR: over } })
    await tables.session.create({ data: session, select: { id: true } })
    const tooMany = await tables.session.findMany({
      where: { userId, revokedAt: null },
      orderBy: [{ lastUsedAt: 'desc' }, { id: 'desc' }],
      skip: sessionLimit,
      select: { id: true },
    })
    const ids = tooMany.map(({ id }) => id)
    if (ids.length > 0) await tables.session.updateMany({ where: { id: { in: ids } }, data: { revokedAt: new Date() } })
    return ids
  })
}

/** Null when there is none. */
export async function readSession(sql: SqlReads, id: string): Promise<Session | null> {
  const row = await sql.get<Session>(
    `SELECT s."userId", s."conversationId", s."expiresAt", s."revokedAt", u."role", u."deactivatedAt"
     FROM "Session" s JOIN "User" u ON u."id" = s."userId" WHERE s."id" = ?`,
    id,
  )
  return row ?? null
}

/** The live sessions of a person, the newest first; one more than `limit`. */
export async function listSessions(
  tables: Sessions,
  userId: string,
  { limit, after }: { limit: number; after?: string },
) {
  const rows = await tables.session.findMany({
    where: {
      userId,
      revokedAt: null,
      expiresAt: { gt: new Date() },
      ...(after !== undefined && { id: { lt: after } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: { id: true, createdAt: true, lastUsedAt: true, userAgent: true },
  })
  return rows.map(({ createdAt, lastUsedAt, ...row }) => ({
    ...row,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
  }))
}

/** Ends a session: its tokens are refused from now on. @returns whether it was one of this person, and lived */
export async function revokeSession(tables: Sessions, userId: string, id: string): Promise<boolean> {
  const live = { id, userId, revokedAt: null, expiresAt: { gt: new Date() } }
  const { count } = await tables.session.updateMany({ where: live, data: { revokedAt: new Date() } })
  return count > 0
}

/** Ends all sessions of a person, or all but one. @returns the ids of those that ended */
export async function revokeSessionsOf(tables: Sessions, userId: string, keptId?: string): Promise<string[]> {
  const where = { userId, revokedAt: null, ...(keptId !== undefined && { id: { not: keptId } }) }
  const ended = await tables.session.findMany({ where, select: { id: true } })
  await tables.session.updateMany({ where, data: { revokedAt: new Date() } })
  return ended.map(({ id }) => id)
}
