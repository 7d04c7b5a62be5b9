import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import Fastify from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Context } from '../context.js'

/**
 * What every answer carries: its request id, security headers, and whether a web site may read it. What is the same for
 * all of them is computed once, because it is paid for with every request.
 */
export function headers({ config }: Context) {
  return fastifyPlugin(async (app) => {
    // Answers are somebody's own; a route whose answer is not may say otherwise.
    const constant = { ...(await securityHeaders()), 'cache-control': 'no-store' }
    app.addHook('onRequest', (request, reply, done) => {
      reply.headers(constant).header('x-request-id', request.id)
      done()
    })
    const listed = new Set(config.corsOrigins)
    await app.register(cors, {
      // Other web sites learn nothing, not even what listed ones may send.
      origin: (origin, answer) => answer(null, origin !== undefined && listed.has(origin)),
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: ['authorization', 'content-type', 'x-request-id'],
      exposedHeaders: ['x-request-id', 'retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
      maxAge: 600,
      strictPreflight: false,
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
