import { Problem } from '@meeshy/shared/problems'
import type { GatewayTables } from '../database.js'
import { revokeSession } from './sessions.js'

type Sessions = Pick<GatewayTables, 'session'>

/** How long the token before still gets its successor: tabs refresh together, and answers get lost. */
const graceMs = 30_000

export interface Rotation {
  /** Of the token that was given. */
  hash: string
  /** Of the one that takes its place. */
  successorHash: string
  /** The new end of the session. */
  expiresAt: Date
}

export interface RefreshedSession {
  id: string
  userId: string
  expiresAt: Date
}

/**
 * Puts a refresh token's successor in its place. Of many who come with the same token one does it, and the others find
 * it done. A token of longer ago was stolen, or its successor was: the session ends.
 *
 * @param onReuse is told that the session has just ended for that
 * @throws Problem token_expired; token_revoked, also for somebody who was deactivated; unauthenticated when the session
 * is long gone
 */
export async function rotateRefreshToken(
  tables: Sessions,
  id: string,
  { hash, successorHash, expiresAt }: Rotation,
  onReuse: () => void,
): Promise<RefreshedSession> {
  const now = new Date()
  const { count } = await tables.session.updateMany({
    where: { id, refreshHash: hash, revokedAt: null, expiresAt: { gt: now } },
    data: { refreshHash: successorHash, previousRefreshHash: hash, rotatedAt: now, lastUsedAt: now, expiresAt },
  })
  const session = await readRotation(tables, id)
  if (!session) throw unknownToken()
  if (session.revokedAt || session.user.deactivatedAt) throw new Problem('token_revoked')
  if (session.expiresAt <= now) throw new Problem('token_expired')
  const isBefore = session.previousRefreshHash === hash && Number(session.rotatedAt) > now.getTime() - graceMs
  if (count === 0 && !isBefore) {
    await revokeSession(tables, session.userId, id)
    onReuse()
    throw new Problem('token_revoked')
  }
  return { id, userId: session.userId, expiresAt: session.expiresAt }
}

/** The same words for a token that never was one, and for one of a session that is long gone. */
export function unknownToken(): Problem {
  return new Problem('unauthenticated', 'This is no refresh token of ours. Sign in again.')
}

function readRotation(tables: Sessions, id: string) {
  return tables.session.findUnique({
    where: { id },
    select: {
      userId: true,
      expiresAt: true,
      revokedAt: true,
      previousRefreshHash: true,
      rotatedAt: true,
      user: { select: { deactivatedAt: true } },
    },
  })
}
