import rateLimit from '@fastify/rate-limit'
import { Problem } from '@meeshy/shared/problems'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Context } from '../context.js'
import { addressKey } from './client-address.js'

const timeWindow = '1 minute'

/**
 * Requests per minute from one address, whoever asks for whatever: it comes before any look at a token or a path. A
 * route may state a stricter limit of its own in `config.rateLimit`, or `false` to be left alone.
 */
export function addressLimit({ config }: Context) {
  return fastifyPlugin(
    async (app) => {
      await app.register(rateLimit, {
        global: false,
        enableDraftSpec: true,
        keyGenerator: ({ ip }) => addressKey(ip),
        errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
      })
      const count = counter(app, config.ADDRESS_RATE_LIMIT_PER_MINUTE, ({ ip }) => addressKey(ip))
      app.addHook('onRequest', (request, reply, done) => {
        if (request.routeOptions.config.rateLimit === false) return done()
        count(request, reply).then(() => done(), done)
      })
    },
    { name: 'address-limit' },
  )
}

/** Requests per minute of one person, wherever they come from: an office shares an address, a person has several. */
export function userLimit({ config }: Context) {
  return fastifyPlugin(
    async (app) => {
      const count = counter(app, config.RATE_LIMIT_PER_MINUTE, ({ identity }) => identity?.userId ?? '')
      // Before the body is read.
      app.addHook('preParsing', async (request, reply) => {
        if (request.identity) await count(request, reply)
      })
    },
    { name: 'user-limit', dependencies: ['address-limit', 'auth'] },
  )
}

/** The limit of routes where secrets can be tried, for each by address: `config.rateLimit`. */
export function secretsLimit({ AUTH_RATE_LIMIT_PER_MINUTE: max }: Context['config']) {
  return { max, timeWindow }
}

/** Counts a request, and tells its sender how many are left. */
function counter(app: FastifyInstance, max: number, keyGenerator: (request: FastifyRequest) => string) {
  const read = app.createRateLimit({ max, timeWindow, keyGenerator })
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const counted = await read(request)
    if (counted.isAllowed) return
    const { remaining, ttl, ttlInSeconds, isExceeded } = counted
    // Of several limits, the one that is nearer.
    if (!(Number(reply.getHeader('ratelimit-remaining')) < remaining)) {
      reply.headers({ 'ratelimit-limit': max, 'ratelimit-remaining': remaining, 'ratelimit-reset': ttlInSeconds })
    }
    if (isExceeded) throw tooMany(ttl)
  }
}

function tooMany(ttlMs: number): Problem {
  const retryAfterSeconds = Math.ceil(ttlMs / 1000)
  return new Problem('rate_limited', `Wait ${retryAfterSeconds} s before the next try.`, { retryAfterSeconds })
}
