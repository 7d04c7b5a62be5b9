import rateLimit from '@fastify/rate-limit'
import { Problem } from '@meeshy/shared/problems'
import fastifyPlugin from 'fastify-plugin'
import type { Context } from '../context.js'

const countedAddresses = 20_000

/** Requests per minute from one address; a route may state its own limit in `config.rateLimit`. */
export function limits({ config }: Context) {
  return fastifyPlugin(async (app) => {
    await app.register(rateLimit, {
      max: config.RATE_LIMIT_PER_MINUTE,
      timeWindow: '1 minute',
      cache: countedAddresses,
      errorResponseBuilder: (_request, { ttl }) => {
        const retryAfterSeconds = Math.ceil(ttl / 1000)
        return new Problem('rate_limited', `Wait ${retryAfterSeconds} s before the next try.`, { retryAfterSeconds })
      },
    })
    // The plugin puts itself behind a route's own onRequest hooks; what those refuse counts too.
    app.addHook('onRoute', (route) => {
      if (Array.isArray(route.onRequest)) route.onRequest.unshift(...route.onRequest.splice(-1))
    })
  })
}
