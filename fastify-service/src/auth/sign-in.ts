import { newId } from '@meeshy/shared/ids'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.js'
import { issueToken } from '../plugins/auth.js'
import { createSession } from '../store/sessions.js'
import type { OwnUser } from '../store/users.js'
import { hashOfToken } from './refresh-tokens.js'

/** Characters that are kept of what a device says it is. */
const userAgentLimit = 256

export interface SignInOptions {
  /** The header of the request, as it came. */
  userAgent: string | undefined
  /** The hash that the given password belongs to, where one was given. */
  passwordHash?: string
  /** The one conversation that a guest's session opens. */
  conversationId?: string
  /** When the session ends unless it is refreshed; REFRESH_EXPIRES_IN from now when absent. */
  expiresAt?: Date
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
  { userAgent, passwordHash, conversationId, expiresAt }: SignInOptions,
): Promise<SignedIn> {
  const { config, database, hub, refreshTokens } = context
  const id = newId()
  const refreshToken = refreshTokens.first(id)
  const session = {
    id,
    userId: user.id,
    refreshHash: hashOfToken(refreshToken),
    expiresAt: expiresAt ?? new Date(Date.now() + config.sessionLifetimeMs),
    userAgent: describeDevice(userAgent),
    conversationId: conversationId ?? null,
  }
  const ended = await createSession(database, session, passwordHash)
  for (const endedId of ended) hub.disconnectSession(endedId)
  return { user, refreshToken, ...makeAccessToken(app, context, session) }
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
