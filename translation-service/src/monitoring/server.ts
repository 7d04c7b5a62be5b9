import type { AddressInfo } from 'node:net'
import { newId } from '@meeshy/shared/ids'
import { fastifyLogStream } from '@meeshy/shared/logging'
import { Problem } from '@meeshy/shared/problems'
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import type { Context } from '../context.js'
import { cacheRoutes } from './cache.js'
import { healthRoutes } from './health.js'
import { modelRoutes } from './models.js'
import { toProblem } from './problems.js'
import { translateRoutes } from './translate.js'

const allowedHosts = new Set(['127.0.0.1', 'localhost', '[::1]'])

export interface MonitoringServer {
  port: number
  close(): Promise<void>
}

/** The REST of operators and of LibreTranslate's clients, on loopback and without a token. */
export async function startMonitoring(context: Context): Promise<MonitoringServer> {
  const { config, log } = context
  const app = Fastify({
    logger: { level: 'warn', messageKey: 'message', base: null, timestamp: false, stream: fastifyLogStream(log) },
    genReqId: newId,
    bodyLimit: 256 * 1024,
    requestTimeout: 10_000,
    http: { headersTimeout: 8_000, connectionsCheckingInterval: 1_000 },
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  })
  app.addHook('onRequest', async (request) => requireLocalHost(request.headers.host))
  problems(app)
  await app.register(healthRoutes, context)
  await app.register(modelRoutes, context)
  await app.register(cacheRoutes, context)
  await app.register(translateRoutes, context)
  await app.listen({ host: config.TRANSLATION_HOST, port: config.TRANSLATION_PORT })
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() }
}

/** A web site that points its own name at 127.0.0.1 must not reach this port through somebody's browser. */
function requireLocalHost(host: string | undefined): void {
  if (host !== undefined && allowedHosts.has(host.replace(/:\d+$/, ''))) return
  throw new Problem('forbidden', 'This port answers only to 127.0.0.1, localhost and [::1].')
}

function problems(app: FastifyInstance): void {
  app.setNotFoundHandler(() => {
    throw new Problem('not_found', 'There is no such route. See /health, /models/status, /cache/stats, /languages.')
  })
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    const problem = toProblem(error)
    if (problem.status >= 500) request.log.error({ err: error }, 'a request failed')
    return reply.code(problem.status).type('application/problem+json').send(problem.toDetails(request.id))
  })
}
