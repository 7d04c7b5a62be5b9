import jwt from '@fastify/jwt'
import { newId } from '@meeshy/shared/ids'
import { Problem } from '@meeshy/shared/problems'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Context } from '../context.js'
import { type Policy, requireRoleFor } from './policy.js'

/** Who is calling, proven by a token and checked against the session just now. */
export interface Identity {
  userId: string
  sessionId: string
  role: string
  /** The one conversation that a guest's session opens; null for everybody else. */
  conversationId: string | null
  /** When the token stops working. */
  expiresAt: Date
}

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy
  }
  interface FastifyInstance {
    /**
     * The person behind a token, for REST and the socket alike: signature and claims, then the session's row, every
     * time.
     *
     * @throws Problem unauthenticated, token_expired or token_revoked
     */
    authenticateToken(token: string): Promise<Identity>
  }
  interface FastifyRequest {
    identity: Identity | null
  }
}

const issuer = 'meeshy'
const audience = 'meeshy-clients'
const clockToleranceMs = 5_000

/** How every token of ours begins. Another header is not ours, whatever it asks for: other keys, other algorithms. */
const tokenStart = `${Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url')}.`

const time = Type.Integer({ minimum: 0, maximum: 253_402_300_799 })

/** What our tokens say, and nothing else. */
const Claims = Type.Object(
  {
    iss: Type.Literal(issuer),
    aud: Type.Literal(audience),
    iat: time,
    exp: time,
    jti: Type.String(),
    sub: Type.String(),
    sid: Type.String(),
  },
  { additionalProperties: false },
)
const claimsValidator = Compile(Claims)

/** Denies by default: a route without a policy stops the start, and one for users asks for a token. */
export function auth(context: Context) {
  return fastifyPlugin(
    async (app) => {
      await app.register(jwt, {
        secret: context.config.JWT_SECRET,
        sign: { algorithm: 'HS256', iss: issuer, aud: audience },
        verify: {
          algorithms: ['HS256'],
          allowedIss: issuer,
          allowedAud: audience,
          requiredClaims: ['iss', 'aud', 'exp', 'iat', 'jti', 'sub', 'sid'],
          clockTolerance: clockToleranceMs,
        },
      })
      app.decorate('authenticateToken', (token) => identify(app, context, token))
      app.decorateRequest('identity', null)
      app.addHook('onRoute', ({ method, url, config }) => {
        if (!config?.policy) throw new Error(`${method} ${url} does not say who may call it: give it config.policy`)
      })
      // After the routes' onRequest hooks, where the rate limit counts also those without a token, and before the
      // body is read.
      app.addHook('preParsing', async (request) => {
        const { policy = { who: 'admin' } as const } = request.routeOptions.config
        if (request.is404 || policy.who === 'anybody') return
        request.identity = await app.authenticateToken(bearerToken(request))
        requireRoleFor(policy, request.identity.role)
      })
    },
    { name: 'auth' },
  )
}

/** A token for one session. */
export function issueToken(app: FastifyInstance, session: { id: string; userId: string; expiresAt: Date }): string {
  const exp = Math.floor(session.expiresAt.getTime() / 1000)
  return app.jwt.sign({ sub: session.userId, sid: session.id, jti: newId(), exp })
}

/** The caller of a route that is not for anybody. */
export function callerOf(request: FastifyRequest): Identity {
  if (!request.identity) throw new Problem('unauthenticated')
  return request.identity
}

/**
 * The caller of a route for anybody, where they say who they are.
 *
 * @throws Problem unauthenticated, token_expired or token_revoked: what does not hold is not taken for silence
 */
export async function callerIfAny(app: FastifyInstance, request: FastifyRequest): Promise<Identity | null> {
  if (request.headers.authorization === undefined) return null
  request.identity = await app.authenticateToken(bearerToken(request))
  return request.identity
}

async function identify(app: FastifyInstance, { reads }: Context, token: string): Promise<Identity> {
  const { sub, sid, exp } = verify(app, token)
  const session = await reads.session(sid)
  if (session?.userId !== sub || session.revokedAt || session.deactivatedAt) throw new Problem('token_revoked')
  if (Date.parse(session.expiresAt) + clockToleranceMs < Date.now()) throw new Problem('token_expired')
  const { conversationId, role } = session
  return { userId: sub, sessionId: sid, role, conversationId, expiresAt: new Date(exp * 1000) }
}

function verify(app: FastifyInstance, token: string): Static<typeof Claims> {
  if (!token.startsWith(tokenStart)) throw new Problem('unauthenticated')
  let claims: unknown
  try {
    claims = app.jwt.verify(token)
  } catch (error) {
    const expired = error instanceof Error && 'code' in error && error.code === 'FAST_JWT_EXPIRED'
    throw new Problem(expired ? 'token_expired' : 'unauthenticated', undefined, { cause: error })
  }
  if (!claimsValidator.Check(claims)) throw new Problem('unauthenticated')
  if (claims.iat * 1000 > Date.now() + clockToleranceMs) throw new Problem('unauthenticated')
  return claims
}

function bearerToken(request: FastifyRequest): string {
  // Node would take the first of two.
  if ((request.raw.headersDistinct?.authorization?.length ?? 0) > 1) throw new Problem('unauthenticated')
  const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (!token) throw new Problem('unauthenticated')
  return token
}
