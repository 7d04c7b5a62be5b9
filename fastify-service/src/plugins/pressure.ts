import { getHeapStatistics } from 'node:v8'
import { Problem } from '@meeshy/shared/problems'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Config } from '../config.js'
import type { Context } from '../context.js'

const retryAfterSeconds = 5
const checkEveryMs = 1_000
/** Operators need them most when there is too much to do. */
const alwaysAnswered = new Set(['/health', '/livez', '/readyz', '/metrics'])
/** Beyond MAX_CONNECTIONS, so many more are told why before they are closed; the rest is cut without a word. */
const refusedAtOnce = 1_000

/** Refuses new work while there is too much of it, so that what has begun gets done. */
export function pressure({ config, loopDelay }: Context) {
  return fastifyPlugin(async (app) => {
    const exceeds = limitCheck(config)
    let overloaded = false
    let checks = 0
    let timer: NodeJS.Timeout | undefined
    app.addHook('onListen', async () => {
      timer = setInterval(() => {
        const delayMs = loopDelay.takeMean()
        checks += 1
        // The first one still says how busy the start was.
        overloaded = checks > 1 && exceeds(delayMs)
      }, checkEveryMs).unref()
    })
    app.addHook('onClose', async () => clearInterval(timer))

    const { server } = app
    let connections = 0
    server.maxConnections = config.MAX_CONNECTIONS + refusedAtOnce
    server.on('connection', (socket) => {
      connections += 1
      socket.once('close', () => {
        connections -= 1
      })
    })
    app.addHook('onRequest', (request, reply, done) => {
      const crowded = connections > config.MAX_CONNECTIONS
      if (!(crowded || overloaded) || isForOperators(request)) return done()
      if (crowded) reply.header('connection', 'close')
      done(new Problem('overloaded', undefined, { retryAfterSeconds }))
    })
  })
}

/** Says whether the process is beyond one of its limits; one that is 0 is none. */
function limitCheck({ MAX_EVENT_LOOP_DELAY_MS, MAX_HEAP_PERCENT, MAX_MEMORY_MB }: Config) {
  const maxHeapBytes = (getHeapStatistics().heap_size_limit * MAX_HEAP_PERCENT) / 100
  const maxRssBytes = MAX_MEMORY_MB * 1024 * 1024
  const isBeyond = (value: number, limit: number) => limit > 0 && value > limit
  return (delayMs: number): boolean => {
    const { heapUsed, rss } = process.memoryUsage()
    return isBeyond(delayMs, MAX_EVENT_LOOP_DELAY_MS) || isBeyond(heapUsed, maxHeapBytes) || isBeyond(rss, maxRssBytes)
  }
}

function isForOperators({ routeOptions }: FastifyRequest): boolean {
  return alwaysAnswered.has(routeOptions.url ?? '')
}
