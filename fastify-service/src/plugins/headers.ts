import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import fastifyPlugin from 'fastify-plugin'
import type { Context } from '../context.js'

/** What every answer carries: its request id, security headers, and whether a web site may read it. */
export function headers({ config }: Context) {
  return fastifyPlugin(async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id)
      // Answers are somebody's own; a route whose answer is not may say otherwise.
      reply.header('cache-control', 'no-store')
    })
    await app.register(helmet, {
      contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    })
    await app.register(cors, {
      origin: config.corsOrigins,
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: ['authorization', 'content-type', 'x-request-id'],
      exposedHeaders: ['x-request-id', 'retry-after'],
      maxAge: 600,
      strictPreflight: false,
    })
  })
}
