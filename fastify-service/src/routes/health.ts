import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { succeedsWithin } from '@meeshy/shared/deadline'
import fastifyPlugin from 'fastify-plugin'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.js'
import { version } from '../version.js'
import { isOperator } from './operator.js'

const pingLimitMs = 1_000

const Part = Type.Enum(['up', 'down'])

const Health = Type.Object({
  status: Type.Enum(['ok', 'degraded', 'down'], { description: 'degraded: everything but messages works' }),
  // The rest is for operators.
  version: Type.Optional(Type.String()),
  uptimeSeconds: Type.Optional(Type.Integer()),
  database: Type.Optional(Part),
  messaging: Type.Optional(Part),
  sockets: Type.Optional(Type.Integer()),
  memory: Type.Optional(Type.Object({ rssBytes: Type.Integer(), heapUsedBytes: Type.Integer() })),
  eventLoopDelayMs: Type.Optional(Type.Object({ p50: Type.Number(), p99: Type.Number(), max: Type.Number() })),
})

const Liveness = Type.Object({ alive: Type.Boolean() })
const Readiness = Type.Object({ ready: Type.Boolean() })

/** How the gateway is, for operators and for what starts and stops it. */
export function healthRoutes(context: Context) {
  const routes: FastifyPluginAsyncTypebox = async (app) => {
    let closing = false
    const ping = shareInFlight(() => context.database.ping())
    const databaseIsUp = () => succeedsWithin(ping(), pingLimitMs)
    app.addHook('preClose', async () => {
      closing = true
    })

    app.get(
      '/health',
      {
        config: { policy: { who: 'anybody' } },
        schema: { summary: 'State and parts', tags: ['operators'], response: { 200: Health, 503: Health } },
      },
      async (request, reply) => {
        const health = readHealth(context, await databaseIsUp())
        reply.code(health.status === 'down' ? 503 : 200)
        return isOperator(request) ? health : { status: health.status }
      },
    )

    app.get(
      '/livez',
      {
        config: { policy: { who: 'anybody' }, rateLimit: false },
        schema: { summary: 'Whether the process runs', tags: ['operators'], response: { 200: Liveness } },
      },
      async () => ({ alive: true }),
    )

    // The link to the translation service does not count: without it everything but messages works.
    app.get(
      '/readyz',
      {
        config: { policy: { who: 'anybody' }, rateLimit: false },
        schema: {
          summary: 'Whether it should get requests',
          tags: ['operators'],
          response: { 200: Readiness, 503: Readiness },
        },
      },
      async (_request, reply) => {
        const ready = !closing && (await databaseIsUp())
        return reply.code(ready ? 200 : 503).send({ ready })
      },
    )
  }
  // Not encapsulated: hooks of the root run first, so that /readyz knows before the sockets are sent away.
  return fastifyPlugin(routes)
}

function readHealth({ messaging, hub, loopDelay }: Context, databaseUp: boolean): Static<typeof Health> {
  const messagingUp = messaging.ready()
  const { rss, heapUsed } = process.memoryUsage()
  return {
    status: databaseUp ? (messagingUp ? 'ok' : 'degraded') : 'down',
    version,
    uptimeSeconds: Math.floor(process.uptime()),
    database: databaseUp ? 'up' : 'down',
    messaging: messagingUp ? 'up' : 'down',
    sockets: hub.count,
    memory: { rssBytes: rss, heapUsedBytes: heapUsed },
    eventLoopDelayMs: loopDelay.read(),
  }
}

/** One run of the work at a time, whose outcome all get who ask meanwhile. */
function shareInFlight<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined
  return () => {
    running ??= work().finally(() => {
      running = undefined
    })
    return running
  }
}
