import { newId } from '@meeshy/shared/ids'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.js'
import { issueToken } from '../plugins/auth.js'
import type { OwnUser } from '../store/accounts/users.js'
import { createSession, type SessionStart } from '../store/sessions/sessions.js'
import { hashOfToken } from './refresh-tokens.js'

/** Characters that are kept of what a device says it is. */
const userAgentLimit = 256

export interface SignInOptions {
  /** The header of the request, as it came. */
  userAgent: string | undefined
  /** The hash that the given password belongs to, where one was given. */
  passwordHash?: string
}

/** Who signed in, and their tokens; `expiresAt` is the end of the access token. */
export interface SignedIn {
  user: OwnUser
  accessToken: string
  refreshToken: string
  expiresAt: string
}

/**
 * Opens a session for somebody who has proven who they are, and makes its tokens. Sessions beyond the limit of a
 * person end, with their sockets.
 *
 * @throws Problem credentials_wrong when the person was deactivated or got another password meanwhile
 */
export async function signIn(
  app: FastifyInstance,
  context: Context,
  user: OwnUser,
  { userAgent, passwordHash }: SignInOptions,
): Promise<SignedIn> {
  const { start, refreshToken } = beginSession(context, userAgent)
  const session = { ...start, userId: user.id }
  const ended = await createSession(context.database, session, passwordHash)
  for (const endedId of ended) context.hub.disconnectSession(endedId)
  return { user, refreshToken, ...makeAccessToken(app, context, session) }
}

/** A session that is still to be stored, and its first refresh token. */
export function beginSession(
  { config, refreshTokens }: Context,
  userAgent: string | undefined,
): { start: SessionStart; refreshToken: string } {
  const id = newId()
  const refreshToken = refreshTokens.first(id)
  const expiresAt = new Date(Date.now() + config.sessionLifetimeMs)
  return {
    start: { id, refreshHash: hashOfToken(refreshToken), expiresAt, userAgent: describeDevice(userAgent) },
    refreshToken,
  }
}

/** An access token for a session: it lives for JWT_EXPIRES_IN, and no longer than the session. */
export function makeAccessToken(
  app: FastifyInstance,
  { config }: Context,
  session: { id: string; userId: string; expiresAt: Date },
): { accessToken: string; expiresAt: string } {
  const end = Math.min(Date.now() + config.accessLifetimeMs, session.expiresAt.getTime())
  // Tokens count whole seconds.
  const expiresAt = new Date(Math.floor(end / 1000) * 1000)
  return { accessToken: issueToken(app, { ...session, expiresAt }), expiresAt: expiresAt.toISOString() }
}

/** One line; null when the device says nothing. */
function describeDevice(userAgent: string | undefined): string | null {
  const line = userAgent?.replace(/\p{Cc}+/gu, ' ').trim()
  return line ? line.slice(0, userAgentLimit) : null
}
