import { randomUUID } from 'node:crypto'
import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { fastifyLogStream } from '@meeshy/shared/logging'
import { Problem, type ProblemCode } from '@meeshy/shared/problems'
import { redactFields } from '@meeshy/shared/redact'
import { type FastifyHttpOptions, LogController } from 'fastify'
import type { Context } from './context.js'
import { closeRefusedUpgrade } from './plugins/framing.js'
import { sendProblem } from './plugins/problems.js'
import { logAnswer } from './plugins/request-log.js'

const maxBodyBytes = 64 * 1024
const headersShare = 0.8
const connectionsCheckMs = 500
/** Then it is closed, so that connections spread anew over what may stand behind a balancer. */
const requestsPerConnection = 1_000

/** What bounds every request, and how the server speaks when no route does. */
export function serverOptions({ config, log }: Context) {
  return {
    routerOptions: { ignoreTrailingSlash: true },
    // Never a number of hops: what a client sends counts as hops too.
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    bodyLimit: maxBodyBytes,
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: config.IDLE_TIMEOUT_MS,
    connectionTimeout: config.IDLE_TIMEOUT_MS,
    maxRequestsPerSocket: requestsPerConnection,
    http: {
      headersTimeout: config.REQUEST_TIMEOUT_MS * headersShare,
      connectionsCheckingInterval: connectionsCheckMs,
      // Node's own refusal is no problem; plugins/framing.ts has one.
      requireHostHeader: false,
    },
    // While it closes, what is under way is answered; /readyz says that it closes.
    return503OnClosing: false,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
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
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply)
      // No hook runs for these.
      logAnswer(log, request, reply)
      reply.raw.once('finish', () => closeRefusedUpgrade(request))
    },
    clientErrorHandler: refuse,
  } satisfies FastifyHttpOptions<Server>
}

/** Answers what is not HTTP, or comes too slowly, and hangs up. */
function refuse(error: Error & { code?: string }, socket: Socket): void {
  // Whoever connected and never said a word, as browsers do ahead of time, expects no answer.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesRead === 0) {
    socket.destroy()
    return
  }
  const problem = new Problem(...(refusals[error.code ?? ''] ?? notHttp))
  const body = JSON.stringify(problem.toDetails())
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

const notHttp = ['bad_request', 'The request is not complete and valid HTTP.'] as const
const refusals: Record<string, readonly [ProblemCode, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time. Send it again, all at once.'],
  HPE_HEADER_OVERFLOW: ['too_large', 'The path and the headers have at most 16 KiB together.'],
}
