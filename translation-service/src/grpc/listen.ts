import { Server } from '@grpc/grpc-js'
import { ReflectionService } from '@grpc/reflection'
import type { MessagingServiceHandlers } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MessagingService'
import type { Logger } from '@meeshy/shared/logging'
import { addressOf, MessagingService, packageDefinition, serviceName } from '@meeshy/shared/messaging/contract'
import { HealthImplementation } from 'grpc-health-check'
import type { Config } from '../config.js'
import { authenticate } from './authenticate.js'
import { serverCredentials } from './credentials.js'
import { interceptUnknownMethods, rememberStream } from './internals.js'

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

/** Serves MessagingService to those who have the token, the standard health service, and reflection to developers. */
export async function listen(
  { config, log }: { config: Config; log: Logger },
  handlers: MessagingServiceHandlers,
): Promise<GrpcServer> {
  const server = new Server({ ...serverOptions, interceptors: [rememberStream, authenticate(config, log)] })
  interceptUnknownMethods(server)
  server.addService(MessagingService.service, { ...handlers })
  const health = new HealthImplementation({ '': 'NOT_SERVING', [serviceName]: 'NOT_SERVING' })
  health.addToServer(server)
  if (config.NODE_ENV !== 'production') new ReflectionService(packageDefinition).addToServer(server)
  const port = await bind(server, config)
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

function bind(server: Server, config: Config): Promise<number> {
  const address = addressOf({ host: config.GRPC_HOST, port: config.GRPC_PORT })
  return new Promise((resolve, reject) => {
    server.bindAsync(address, serverCredentials(config), (error, port) => (error ? reject(error) : resolve(port)))
  })
}
