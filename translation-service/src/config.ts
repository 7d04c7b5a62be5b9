import { createSecureContext } from 'node:tls'
import {
  ConfigError,
  commonSettings,
  isLoopback,
  optionalSecret,
  pemFile,
  port,
  readConfig,
  readEnvironment,
  readPem,
  resolveDatabaseUrl,
  resolvePath,
} from '@meeshy/shared/config'
import { type Static, Type } from 'typebox'

/** Every setting of the translation service; `shared/.env.example` documents them in the same words. */
export const settings = Type.Object({
  ...commonSettings,
  TRANSLATION_HOST: Type.String({ default: '127.0.0.1', description: 'where the monitoring REST listens' }),
  TRANSLATION_PORT: port('the port of the monitoring REST', 8000),
  SERVICE_TOKEN_PREVIOUS: optionalSecret(
    'the credential before the last change, still accepted from a gateway that has the old one',
  ),
  GRPC_TLS_CERT: pemFile('the certificate of the gRPC port, a PEM file; empty listens without TLS'),
  GRPC_TLS_KEY: pemFile('the private key of that certificate, a PEM file'),
  MODELS_PATH: Type.String({
    minLength: 1,
    default: '../translation-service/models',
    description: 'the folder of the models',
  }),
  CACHE_TTL: Type.Integer({
    minimum: 1,
    maximum: 315_360_000,
    default: 2_592_000,
    description: 'seconds that an entry of the translation memory lives',
  }),
  EVENT_RETENTION_DAYS: Type.Integer({
    minimum: 1,
    maximum: 3_650,
    default: 30,
    description: 'days that message events can be resumed',
  }),
  QUEUE_LIMIT: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    default: 256,
    description: 'messages waiting for a translation in memory; more wait in the database',
  }),
  ENGINE_THREADS: Type.Integer({
    minimum: 1,
    maximum: 64,
    default: 1,
    description: 'processor threads of the translation engine',
  }),
})

export type Config = Static<typeof settings> & {
  /** What the gRPC port shows to prove who it is; null when it speaks without TLS. */
  grpcIdentity: Identity | null
}

/** In PEM format. */
export interface Identity {
  certificate: Buffer
  key: Buffer
}

/** Reads the environment, and the certificate it names; throws ConfigError with one line for every wrong value. */
export function loadConfig(environment: Record<string, string | undefined> = readEnvironment()): Config {
  // The seed called the port after FastAPI; the old name still works.
  const config = readConfig(settings, {
    ...environment,
    TRANSLATION_PORT: environment.TRANSLATION_PORT ?? environment.FASTAPI_PORT,
  })
  const grpcIdentity = readIdentity(config)
  if (!grpcIdentity) refusePublicAddress('GRPC_HOST', config.GRPC_HOST, ', or set GRPC_TLS_CERT and GRPC_TLS_KEY')
  refusePublicAddress('TRANSLATION_HOST', config.TRANSLATION_HOST)
  return {
    ...config,
    DATABASE_URL: resolveDatabaseUrl(config.DATABASE_URL),
    LOG_DIR: config.LOG_DIR && resolvePath(config.LOG_DIR),
    MODELS_PATH: resolvePath(config.MODELS_PATH),
    grpcIdentity,
  }
}

function readIdentity({ GRPC_TLS_CERT, GRPC_TLS_KEY }: Static<typeof settings>): Identity | null {
  if (!GRPC_TLS_CERT && !GRPC_TLS_KEY) return null
  if (!GRPC_TLS_KEY) throw new ConfigError(['GRPC_TLS_KEY is missing: give the private key of GRPC_TLS_CERT'])
  if (!GRPC_TLS_CERT) throw new ConfigError(['GRPC_TLS_CERT is missing: give the certificate of GRPC_TLS_KEY'])
  const identity = {
    certificate: readPem('GRPC_TLS_CERT', GRPC_TLS_CERT),
    key: readPem('GRPC_TLS_KEY', GRPC_TLS_KEY),
  }
  try {
    createSecureContext({ cert: identity.certificate, key: identity.key })
  } catch {
    throw new ConfigError(['GRPC_TLS_CERT and GRPC_TLS_KEY are not allowed: give a certificate and its key, both PEM'])
  }
  return identity
}

/** What is not encrypted does not leave the machine. */
function refusePublicAddress(name: string, host: string, otherwise = ''): void {
  if (isLoopback(host)) return
  throw new ConfigError([`${name} (${host}) is not allowed: give 127.0.0.1, ::1 or localhost${otherwise}`])
}
