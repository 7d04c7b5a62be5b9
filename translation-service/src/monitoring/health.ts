import { succeedsWithin } from '@meeshy/shared/deadline'
import { LoopDelay } from '@meeshy/shared/loop-delay'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.js'

const pingLimitMs = 1_000

/** `/livez`: the process answers. `/readyz`: it can do its work. `/health`: the same with figures, for people. */
export async function healthRoutes(app: FastifyInstance, { database, queue, models, state }: Context): Promise<void> {
  const loopDelay = new LoopDelay()
  app.addHook('onClose', async () => loopDelay.close())

  app.get('/livez', async () => ({ alive: true }))

  app.get('/readyz', async (_request, reply) => {
    const ready = state.ready && (await succeedsWithin(database.ping(), pingLimitMs))
    return reply.code(ready ? 200 : 503).send({ ready })
  })

  app.get('/health', async (_request, reply) => {
    const databaseUp = await succeedsWithin(database.ping(), pingLimitMs)
    const states = models.map(({ name, status }) => ({ name, state: status().state }))
    const { rss, heapUsed } = process.memoryUsage()
    return reply.code(databaseUp ? 200 : 503).send({
      // Without a model, messages still flow and are read in the original.
      status: databaseUp
        ? states.some(({ state }) => state !== 'absent' && state !== 'failed')
          ? 'ok'
          : 'degraded'
        : 'down',
      uptimeSeconds: Math.floor(process.uptime()),
      database: databaseUp ? 'up' : 'down',
      models: states,
      translationQueue: queue.size,
      memory: { rssBytes: rss, heapUsedBytes: heapUsed },
      eventLoopDelayMs: loopDelay.read(),
    })
  })
}
