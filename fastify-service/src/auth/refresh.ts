import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.js'
import { found } from '../inputs.js'
import { rotateRefreshToken, unknownToken } from '../store/sessions/refresh.js'
import { hashOfToken } from './refresh-tokens.js'
import { makeAccessToken, type SignedIn } from './sign-in.js'

/**
 * Fresh tokens for a refresh token, which they replace.
 *
 * @throws Problem unauthenticated for what we did not make; token_revoked, token_expired
 */
export async function refresh(app: FastifyInstance, context: Context, token: string): Promise<SignedIn> {
  const { config, database, hub, reads, refreshTokens } = context
  const id = refreshTokens.sessionOf(token)
  if (id === null) throw unknownToken()
  const refreshToken = refreshTokens.successor(id, token)
  const rotation = {
    hash: hashOfToken(token),
    successorHash: hashOfToken(refreshToken),
    expiresAt: new Date(Date.now() + config.sessionLifetimeMs),
  }
  const session = await rotateRefreshToken(database, id, rotation, () => hub.disconnectSession(id))
  const user = found(await reads.ownUser(session.userId))
  return { user, refreshToken, ...makeAccessToken(app, context, session) }
}
