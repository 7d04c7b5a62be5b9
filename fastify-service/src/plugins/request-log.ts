import type { Logger } from '@meeshy/shared/logging'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Context } from '../context.js'

/** One line for every answer. */
export function requestLog({ log }: Context) {
  return fastifyPlugin(async (app) => {
    app.addHook('onResponse', (request, reply, done) => {
      logAnswer(log, request, reply)
      done()
    })
  })
}

/**
 * The line names the route and not the URL, which can hold a token. It goes to the logger directly: through Fastify's
 * it would be written as JSON, read and written again.
 */
export function logAnswer(log: Logger, request: FastifyRequest, reply: FastifyReply): void {
  log.info('Answered a request', {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    ...(request.identity ? { userId: request.identity.userId } : {}),
  })
}
