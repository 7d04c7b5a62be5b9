import type { ServerResponse } from 'node:http'
import websocket from '@fastify/websocket'
import { closeCodes } from '@meeshy/shared/frames/close-codes'
import { Problem } from '@meeshy/shared/problems'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { Context } from '../context.js'
import type { Identity } from '../plugins/auth.js'
import { addressKey } from '../plugins/client-address.js'
import { admit } from './admit.js'
import { Connection, type Holder } from './connection.js'
import { receive, receivePing } from './dispatch.js'
import { checkHandshake, protocolsOf } from './handshake.js'
import { restartReason } from './hub.js'
import { frameLimits, type SocketLimits, socketLimits } from './limits.js'
import { isAllowedOrigin } from './origin.js'
import { createSockets, type Sockets } from './sockets.js'
import { watchSockets } from './watch.js'

/** How long a client may take to answer a close before it is cut. */
const closeTimeoutMs = 5_000
const goodbyeMs = 500
const bearer = 'bearer'

const serverOptions = {
  maxPayload: frameLimits.maxFrameBytes,
  maxFragments: frameLimits.maxFragments,
  perMessageDeflate: false,
  closeTimeout: closeTimeoutMs,
  handleProtocols: (protocols: Set<string>) => (protocols.has(bearer) ? bearer : false),
}

/** Serves /ws. Whoever brings a token with the upgrade is signed in, the others have 5 s for an `auth` frame. */
export async function registerWebsocket(
  app: FastifyInstance,
  context: Context,
  limits: Partial<SocketLimits> = {},
): Promise<void> {
  const authenticate = (token: string) => app.authenticateToken(token)
  const sockets = createSockets(context, { ...socketLimits(context.config), ...limits }, authenticate)
  const identities = new WeakMap<FastifyRequest, Identity>()
  const responses = new WeakMap<FastifyRequest, ServerResponse>()
  await app.register(websocket, {
    options: serverOptions,
    errorHandler: (error, socket) => handleSocketError(context, error, socket),
    preClose(done) {
      closeServer(context, this).then(() => done(), done)
    },
  })
  const stopWatching = watchSockets(sockets)
  app.addHook('onClose', async () => stopWatching())

  app.route({
    method: 'GET',
    url: '/ws',
    config: { policy: { who: 'anybody' } },
    schema: { hide: true },
    // Everything that can refuse the upgrade runs before it, so that the refusal is an HTTP problem.
    onRequest: async (request, reply) => {
      if (!request.ws) return
      checkHandshake(request, reply)
      responses.set(request, reply.raw)
      checkOrigin(context, request)
      const token = readToken(request)
      if (token !== undefined) identities.set(request, await authenticate(token))
    },
    handler: () => {
      throw new Problem('bad_request', 'This address speaks WebSocket: connect with a WebSocket client.')
    },
    wsHandler: (socket, request) => {
      accept(sockets, socket, request, identities.get(request))
      forgetRequest(context, socket, request, responses.get(request))
    },
  })
}

/** Attaches every listener before anything waits: frames that came with the handshake would be lost. */
function accept(sockets: Sockets, socket: WebSocket, request: FastifyRequest, identity: Identity | undefined): void {
  const { context, rates, limits, addresses } = sockets
  const { flusher } = context.hub
  const connection = new Connection({ webSocket: socket, socket: request.raw.socket, flusher, limits })
  const address = addressKey(request.ip)
  const isOneTooMany = addresses.add(address) > limits.socketsPerAddress
  const deadline = setTimeout(() => {
    if (!connection.holder) connection.close(closeCodes.authenticationTimeout, 'no authentication in time')
  }, limits.authenticationMs)
  // `raw` is a Buffer: the library's default binary type.
  socket.on('message', (raw: Buffer, isBinary: boolean) => receive(sockets, connection, raw, isBinary))
  socket.on('ping', () => receivePing(sockets, connection))
  socket.on('close', (code) => {
    clearTimeout(deadline)
    addresses.remove(address)
    context.hub.remove(connection)
    if (connection.holder) forgetPresence(context, connection.holder)
    rates.forget(connection.id)
    context.log.debug('A socket closed', { connectionId: connection.id, userId: connection.holder?.userId, code })
  })
  if (isOneTooMany) connection.close(closeCodes.tooManyConnections, 'too many connections from this address')
  else if (identity) connection.enqueue(() => admit(sockets, connection, identity))
}

/**
 * The request is over, and 4 KiB of it would stay as long as the socket: by the response that the plugin has given
 * the socket, and by its listener for errors, in whose place another one is put.
 */
function forgetRequest(context: Context, socket: WebSocket, request: FastifyRequest, response?: ServerResponse): void {
  response?.detachSocket(request.raw.socket)
  socket.removeAllListeners('error')
  socket.on('error', (error) => handleSocketError(context, error, socket))
}

/** After one of somebody's sockets has closed. */
function forgetPresence({ presence, typing }: Context, { userId }: Holder): void {
  presence.look(userId)
  typing.leave(userId)
}

function checkOrigin({ config }: Context, request: FastifyRequest): void {
  if (!isAllowedOrigin(request.headers.origin, config.corsOrigins)) throw new Problem('origin_forbidden')
}

/** The token of the query or of the subprotocols (`bearer, <token>`); undefined when there is none. */
function readToken(request: FastifyRequest): string | undefined {
  const protocols = protocolsOf(request.headers['sec-websocket-protocol'])
  if (protocols.includes(bearer)) return protocols.find((protocol) => protocol !== bearer) ?? ''
  const { token } = request.query as { token?: unknown }
  if (token === undefined) return undefined
  return typeof token === 'string' ? token : ''
}

/** A client can cause these at will, so they are no errors of ours: the library closes with the right code. */
function handleSocketError({ log }: Context, error: Error, socket: WebSocket): void {
  log.debug('A socket failed', { error })
  socket.close(1011)
}

/** Replaces the plugin's own closing, which says nothing to clients and waits for deaf ones. */
async function closeServer({ hub }: Context, app: FastifyInstance): Promise<void> {
  app.server.removeAllListeners('upgrade')
  await hub.close()
  const { clients } = app.websocketServer
  for (const socket of clients) socket.close(closeCodes.restart, restartReason())
  const timer = setTimeout(() => {
    for (const socket of clients) socket.terminate()
  }, goodbyeMs)
  await new Promise<void>((resolve) => app.websocketServer.close(() => resolve()))
  clearTimeout(timer)
}
