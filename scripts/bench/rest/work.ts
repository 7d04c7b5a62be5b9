import { newId } from '@meeshy/shared/ids'
import { Problem } from '@meeshy/shared/problems'
import type { App } from '../../../fastify-service/src/app.js'
import type { Context } from '../../../fastify-service/src/context.js'
import { found } from '../../../fastify-service/src/inputs.js'
import type { Identity } from '../../../fastify-service/src/plugins/auth.js'
import { listPage } from '../../../fastify-service/src/routes/conversations.js'

/** What is known of a request when it has been answered. */
export interface Answered {
  requestId: string
  method: string
  route: string
  status: number
  startedAt: number
  userId: string | undefined
}

/**
 * What the gateway does for a request, for servers that are built otherwise: by the gateway's own functions, so that
 * every side does the same work, and only what stands around it differs. Where the database is asked, Nest asks it as
 * Nest teams do, through Prisma.
 */
export interface Work {
  /** That every answer carries, the same ones each time. */
  headers: Readonly<Record<string, string>>
  newRequestId(): string
  /** Counts a request of an address. @returns the headers that say how many more there may be */
  countAddress: Count
  /** The same for a person. */
  countUser: Count
  /** The token's signature and claims, then the session's row. */
  authenticate(authorization: string | undefined): Promise<Identity>
  me(userId: string): Promise<object>
  conversations(userId: string, requestId: string): Promise<object>
  /** The one line for every answer. */
  log(answered: Answered): void
}

export type Count = (key: string) => Record<string, number>

const windowMs = 60_000
/** Of every answer another, or the server's own. */
const changing = /^(x-request-id|ratelimit-.*|date|connection|keep-alive|content-length|content-type)$/

/** @param token somebody's, to see which headers the gateway sends */
export async function workOf(app: App, context: Context, token: string): Promise<Work> {
  const { config, reads, log } = context
  return {
    headers: await headersOf(app, token),
    newRequestId: newId,
    countAddress: counter(config.ADDRESS_RATE_LIMIT_PER_MINUTE),
    countUser: counter(config.RATE_LIMIT_PER_MINUTE),
    authenticate: async (authorization) => {
      const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
      if (!token) throw new Problem('unauthenticated')
      return app.authenticateToken(token)
    },
    me: async (userId) => found(await reads.ownUser(userId)),
    conversations: (userId, requestId) => listPage(context, { userId, requestId, query: {} }, {}),
    log: ({ startedAt, ...answered }) => {
      log.info('Answered a request', { ...answered, ms: Math.round(performance.now() - startedAt) })
    },
  }
}

async function headersOf(app: App, token: string): Promise<Record<string, string>> {
  const { headers } = await app.inject({ url: '/api/users/me', headers: { authorization: `Bearer ${token}` } })
  const fixed = Object.entries(headers).filter(([name, value]) => !changing.test(name) && typeof value === 'string')
  return Object.fromEntries(fixed) as Record<string, string>
}

/** Requests of each key in its running minute. */
function counter(limit: number): Count {
  const windows = new Map<string, { count: number; endsAt: number }>()
  return (key) => {
    const now = Date.now()
    let window = windows.get(key)
    if (!window || window.endsAt <= now) {
      window = { count: 0, endsAt: now + windowMs }
      windows.set(key, window)
    }
    window.count += 1
    if (window.count > limit) throw new Problem('rate_limited')
    return {
      'ratelimit-limit': limit,
      'ratelimit-remaining': limit - window.count,
      'ratelimit-reset': Math.ceil((window.endsAt - now) / 1000),
    }
  }
}
