import { fileURLToPath } from 'node:url'
import { freshSecrets } from '../../lib/env-file.js'
import type { Environment } from '../../lib/services.js'
import { MeasuredProcess } from './measured-process.js'
import type { BenchService } from './service.js'

const script = fileURLToPath(new URL('./gateway-process.ts', import.meta.url))
const many = '1000000'

/** A gateway's settings on a database and a translation service that are there; nothing limits who measures it. */
export function gatewaySettings(databaseUrl: string, { address }: BenchService, others: Environment): Environment {
  return {
    ...freshSecrets(),
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    GRPC_HOST: address.host,
    GRPC_PORT: String(address.port),
    GRPC_TLS_CA: '',
    SERVICE_TOKEN: address.serviceToken,
    FASTIFY_HOST: '127.0.0.1',
    FASTIFY_PORT: '0',
    RATE_LIMIT_PER_MINUTE: many,
    ADDRESS_RATE_LIMIT_PER_MINUTE: many,
    JWT_EXPIRES_IN: '1h',
    TRUST_PROXY: '',
    CORS_ORIGINS: '',
    ...others,
  }
}

/** The same for thousands of sockets from one address. Their heartbeat does not fall into what is measured. */
export function socketSettings(databaseUrl: string, service: BenchService): Environment {
  return gatewaySettings(databaseUrl, service, {
    LOG_LEVEL: 'error',
    LOG_DIR: '',
    SOCKETS_PER_ADDRESS: many,
    SOCKET_SENDS_PER_10S: many,
    SOCKET_FRAMES_PER_10S: many,
    SOCKET_HEARTBEAT_MS: '600000',
    MAX_EVENT_LOOP_DELAY_MS: '0',
  })
}

/** The gateway as a process of its own; `ready` has its port. */
export function startGatewayProcess(
  environment: Environment,
  profiles?: string,
): Promise<MeasuredProcess<{ port: number }>> {
  return MeasuredProcess.start(script, {
    environment,
    nodeArguments: profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`],
  })
}
