import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { MessagingServiceHandlers } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MessagingService'
import { MessagingService, serviceName } from '@meeshy/shared/messaging/contract'
import { HealthImplementation } from 'grpc-health-check'
import type { Context } from '../context.js'
import { createMessageRpc } from './create-message.js'
import { getConversationMessagesRpc } from './get-conversation-messages.js'
import { getMessageRpc } from './get-message.js'
import { Handlers } from './handler.js'
import { subscribeEventsRpc } from './subscribe-events.js'
import { translateTextRpc } from './translate-text.js'

const serverOptions = {
  // Above the limit of calls in flight, so that one too many gets an answer and does not wait.
  'grpc.max_concurrent_streams': 512,
  'grpc.max_receive_message_length': 1024 * 1024,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
}

const drainLimitMs = 5_000

export interface GrpcServer {
  port: number
  /** Lets the calls under way finish, at most 5 s, and ends the streams. */
  close(): Promise<void>
}

/** Serves MessagingService and the standard health service on loopback. */
export async function startGrpcServer(context: Context): Promise<GrpcServer> {
  const server = new Server(serverOptions)
  server.addService(MessagingService.service, { ...rpcs(context) })
  const health = new HealthImplementation({ '': 'NOT_SERVING', [serviceName]: 'NOT_SERVING' })
  health.addToServer(server)
  const port = await bind(server, `${context.config.GRPC_HOST}:${context.config.GRPC_PORT}`)
  for (const name of ['', serviceName]) health.setStatus(name, 'SERVING')
  return {
    port,
    async close() {
      for (const name of ['', serviceName]) health.setStatus(name, 'NOT_SERVING')
      const forced = setTimeout(() => server.forceShutdown(), drainLimitMs)
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
      clearTimeout(forced)
    },
  }
}

function rpcs(context: Context): MessagingServiceHandlers {
  const handlers = new Handlers(context)
  return {
    CreateMessage: handlers.unary('CreateMessage', createMessageRpc),
    GetMessage: handlers.unary('GetMessage', getMessageRpc),
    GetConversationMessages: handlers.unary('GetConversationMessages', getConversationMessagesRpc),
    TranslateText: handlers.unary('TranslateText', translateTextRpc),
    SubscribeEvents: handlers.stream('SubscribeEvents', subscribeEventsRpc),
  }
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error)
      else resolve(port)
    })
  })
}
