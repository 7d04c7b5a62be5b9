import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { newId } from '@meeshy/shared/ids'
import { fastifyLogStream } from '@meeshy/shared/logging'
import { Problem } from '@meeshy/shared/problems'
import { redactFields } from '@meeshy/shared/redact'
import { type FastifyHttpOptions, LogController } from 'fastify'
import type { Context } from './context.js'
import { sendProblem } from './plugins/problems.js'

const maxBodyBytes = 64 * 1024
const requestTimeoutMs = 10_000
const headersTimeoutMs = 8_000
const connectionsCheckMs = 1_000

/** What bounds every request, and how the server speaks when no route does. */
export function serverOptions({ config, log }: Context) {
  return {
    routerOptions: { ignoreTrailingSlash: true },
    // Never a number of hops: what a client sends counts as hops too.
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: connectionsCheckMs },
    // While it closes, what is under way is answered; /readyz says that it closes.
    return503OnClosing: false,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : newId()
    },
    // Fastify's own lines name the URL; plugins/request-log.ts names the route.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    logger: {
      level: config.LOG_LEVEL,
      messageKey: 'message',
      base: null,
      timestamp: false,
      // pino's own would write the messages of all causes into one text, which nobody could redact any more.
      serializers: { err: (error: Error) => redactFields(error) as { type: string; message: string; stack: string } },
      stream: fastifyLogStream(log),
    },
    frameworkErrors: sendProblem,
    clientErrorHandler: refuse,
  } satisfies FastifyHttpOptions<Server>
}

/** Answers what is not HTTP, or comes too slowly, and hangs up. */
function refuse(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW'
  const problem = new Problem(tooLarge ? 'too_large' : 'bad_request', 'The request is not complete and valid HTTP.')
  const body = JSON.stringify(problem.toDetails())
  const head = [
    `HTTP/1.1 ${problem.status} ${tooLarge ? 'Payload Too Large' : 'Bad Request'}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
