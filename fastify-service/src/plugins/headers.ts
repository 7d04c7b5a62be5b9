import helmet from '@fastify/helmet'
import Fastify from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Context } from '../context.js'

const exposed = ['x-request-id', 'retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'].join(', ')

/** What a web site may send, said when its browser asks first. Credentials travel in headers, so no cookies. */
const preflight = {
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'authorization, content-type, x-request-id',
  'access-control-max-age': '600',
  'content-length': '0',
}

/**
 * What every answer carries: its request id, security headers, and whether a web site may read it. All of it is one
 * hook and constants, because it is paid for with every request.
 */
export function headers({ config }: Context) {
  return fastifyPlugin(async (app) => {
    // Answers are somebody's own; a route whose answer is not may say otherwise.
    const constant = { ...(await securityHeaders()), 'cache-control': 'no-store', vary: 'Origin' }
    const origins = new Set(config.corsOrigins)
    app.addHook('onRequest', (request, reply, done) => {
      reply.headers(constant).header('x-request-id', request.id)
      const { origin } = request.headers
      // Other web sites learn nothing, not even what listed ones may send.
      if (origin === undefined || !origins.has(origin)) return done()
      reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', exposed)
      if (request.method !== 'OPTIONS') return done()
      reply.headers(preflight).code(204).send()
    })
  })
}

/** Helmet's headers are the same for every answer, but it would compute them for every one. */
async function securityHeaders(): Promise<Record<string, string>> {
  const app = Fastify()
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  })
  app.get('/', async (_request, reply) => reply.raw.getHeaders())
  const answer = await app.inject('/')
  await app.close()
  return answer.json()
}
