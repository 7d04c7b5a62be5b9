import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import { Problem } from '@meeshy/shared/problems'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Context } from '../context.js'

const retryAfterSeconds = 5
const sampleIntervalMs = 1_000
/** Operators need them most when there is too much to do. */
const alwaysAnswered = new Set(['/health', '/livez', '/readyz', '/metrics'])
/** Beyond MAX_CONNECTIONS, so many more are told why before they are closed; the rest is cut without a word. */
const refusedAtOnce = 1_000

/** Refuses new work while there is too much of it, so that what has begun gets done. */
export function pressure({ config }: Context) {
  return fastifyPlugin(async (app) => {
    await app.register(underPressure, {
      sampleInterval: sampleIntervalMs,
      maxEventLoopDelay: config.MAX_EVENT_LOOP_DELAY_MS,
      maxHeapUsedBytes: Math.floor((getHeapStatistics().heap_size_limit * config.MAX_HEAP_PERCENT) / 100),
      maxRssBytes: config.MAX_MEMORY_MB * 1024 * 1024,
      pressureHandler: async (request) => {
        if (performance.now() > startedUntil && !isForOperators(request)) throw tooMuch()
      },
    })
    // The first sample still says how busy the start was.
    let startedUntil = Number.POSITIVE_INFINITY
    app.addHook('onListen', async () => {
      startedUntil = performance.now() + 2 * sampleIntervalMs
    })

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
      if (connections <= config.MAX_CONNECTIONS || isForOperators(request)) return done()
      reply.header('connection', 'close')
      done(tooMuch())
    })
  })
}

function isForOperators({ routeOptions }: FastifyRequest): boolean {
  return alwaysAnswered.has(routeOptions.url ?? '')
}

function tooMuch(): Problem {
  return new Problem('overloaded', undefined, { retryAfterSeconds })
}
