import { X509Certificate } from 'node:crypto'
import {
  ConfigError,
  commonSettings,
  isLoopback,
  pemFile,
  port,
  readConfig,
  readPem,
  resolveDatabaseUrl,
  resolvePath,
  secret,
} from '@meeshy/shared/config'
import { type Static, Type } from 'typebox'
import { durationMs, isNetwork, isOrigin, listOf } from './setting-values.js'

const longestDurationMs = durationMs('365d')
const durations = [
  'JWT_EXPIRES_IN',
  'REFRESH_EXPIRES_IN',
  'PASSWORD_RESET_EXPIRES_IN',
  'FAILED_SIGN_INS_WINDOW',
] as const

/** Every setting of the gateway; `shared/.env.example` documents them in the same words. */
export const settings = Type.Object({
  ...commonSettings,
  FASTIFY_HOST: Type.String({ minLength: 1, default: '127.0.0.1', description: 'where the gateway listens' }),
  FASTIFY_PORT: port('the port of the gateway', 3001),
  GRPC_TLS_CA: pemFile(
    "the authority that signed the translation service's certificate, a PEM file; empty connects without TLS",
  ),
  JWT_SECRET: secret('signs the access tokens'),
  JWT_EXPIRES_IN: Type.String({
    pattern: '^[1-9][0-9]*[smhd]$',
    default: '1h',
    description: 'how long an access token lives',
  }),
  REFRESH_EXPIRES_IN: Type.String({
    pattern: '^[1-9][0-9]*[smhd]$',
    default: '30d',
    description: 'how long a session lives after its last refresh',
  }),
  PASSWORD_RESET_EXPIRES_IN: Type.String({
    pattern: '^[1-9][0-9]*[smhd]$',
    default: '1h',
    description: 'how long the one-time token for a new password works',
  }),
  FAILED_SIGN_INS_PER_ACCOUNT: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 10,
    description: 'wrong passwords for one account before it has to wait',
  }),
  FAILED_SIGN_INS_PER_ADDRESS: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 50,
    description: 'wrong passwords from one address before it has to wait',
  }),
  FAILED_SIGN_INS_WINDOW: Type.String({
    pattern: '^[1-9][0-9]*[smhd]$',
    default: '15m',
    description: 'the time over which wrong passwords count',
  }),
  PASSWORD_PEPPER: secret('is mixed into every password before hashing'),
  BCRYPT_COST: Type.Integer({ minimum: 4, maximum: 15, default: 12, description: 'rounds of password hashing, log2' }),
  CORS_ORIGINS: Type.String({ default: '', description: 'web sites that may connect, separated by commas' }),
  TRUST_PROXY: Type.String({
    default: '',
    description: 'addresses and networks of the proxies in front of the gateway, separated by commas',
  }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 300,
    description: 'REST requests per minute of one person',
  }),
  ADDRESS_RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 1200,
    description: 'REST requests per minute from one address, whoever they are of',
  }),
  AUTH_RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 20,
    description: 'sign-ins, and registrations, per minute from one address',
  }),
  REQUEST_TIMEOUT_MS: Type.Integer({
    minimum: 100,
    maximum: 600_000,
    default: 10_000,
    description: 'how long a request may take to arrive, in milliseconds',
  }),
  IDLE_TIMEOUT_MS: Type.Integer({
    minimum: 100,
    maximum: 600_000,
    default: 72_000,
    description: 'how long a connection may be silent, in milliseconds',
  }),
  MAX_CONNECTIONS: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 20_000,
    description: 'open connections, sockets included, beyond which new requests are refused',
  }),
  MAX_EVENT_LOOP_DELAY_MS: Type.Integer({
    minimum: 0,
    maximum: 60_000,
    default: 1000,
    description: 'delay of the event loop beyond which new requests are refused, in milliseconds; 0 for none',
  }),
  MAX_HEAP_PERCENT: Type.Integer({
    minimum: 0,
    maximum: 100,
    default: 90,
    description: "share of the JavaScript heap's limit beyond which new requests are refused; 0 for none",
  }),
  MAX_MEMORY_MB: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    default: 0,
    description: 'memory of the process beyond which new requests are refused, in MiB; 0 for none',
  }),
  SOCKET_SENDS_PER_10S: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 30,
    description: 'messages one socket may send in 10 seconds',
  }),
  SOCKET_FRAMES_PER_10S: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 60,
    description: 'frames one socket may send in 10 seconds',
  }),
  SOCKETS_PER_USER: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 10,
    description: 'open sockets of one person',
  }),
  SOCKETS_PER_ADDRESS: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 50,
    description: 'open sockets from one address; an IPv6 address counts as its /64',
  }),
  SOCKET_QUEUED_FRAMES: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 512,
    description: 'frames that may wait for a client before it is cut as too slow',
  }),
  SOCKET_QUEUED_BYTES: Type.Integer({
    minimum: 1024,
    maximum: 1024 * 1024 * 1024,
    default: 1024 * 1024,
    description: 'bytes that may wait for a client before it is cut as too slow',
  }),
  SOCKET_AUTHENTICATION_MS: Type.Integer({
    minimum: 100,
    maximum: 600_000,
    default: 5_000,
    description: 'how long a socket may stay without a token, in milliseconds',
  }),
  SOCKET_HEARTBEAT_MS: Type.Integer({
    minimum: 100,
    maximum: 600_000,
    default: 25_000,
    description: 'how often sockets are pinged, in milliseconds; a client that misses two pings is gone',
  }),
})

export type Config = Static<typeof settings> & {
  corsOrigins: string[]
  /** Whose `X-Forwarded-*` is believed: addresses and CIDRs. */
  trustedProxies: string[]
  /** JWT_EXPIRES_IN in milliseconds. */
  accessLifetimeMs: number
  /** REFRESH_EXPIRES_IN in milliseconds. */
  sessionLifetimeMs: number
  /** PASSWORD_RESET_EXPIRES_IN in milliseconds. */
  passwordResetLifetimeMs: number
  /** FAILED_SIGN_INS_WINDOW in milliseconds. */
  failedSignInsWindowMs: number
  /** What the translation service's certificate is checked against, PEM; null connects without TLS. */
  grpcAuthority: Buffer | null
}

/** Reads the environment; throws ConfigError with one line for every wrong value. */
export function loadConfig(environment?: Record<string, string | undefined>): Config {
  const config = readConfig(settings, environment)
  const corsOrigins = listOf(config.CORS_ORIGINS)
  const trustedProxies = listOf(config.TRUST_PROXY)
  const wrong = [
    ...refuse('CORS_ORIGINS', corsOrigins, isOrigin, 'origins like https://chat.example.org'),
    ...refuse('TRUST_PROXY', trustedProxies, isNetwork, 'addresses and networks like 127.0.0.1,10.0.0.0/8'),
    ...durations.flatMap((name) =>
      refuse(name, [config[name]], (value) => durationMs(value) <= longestDurationMs, 'at most 365d'),
    ),
  ]
  if (wrong.length > 0) throw new ConfigError(wrong)
  const grpcAuthority = readAuthority(config)
  return {
    ...config,
    DATABASE_URL: resolveDatabaseUrl(config.DATABASE_URL),
    LOG_DIR: config.LOG_DIR && resolvePath(config.LOG_DIR),
    corsOrigins,
    trustedProxies,
    accessLifetimeMs: durationMs(config.JWT_EXPIRES_IN),
    sessionLifetimeMs: durationMs(config.REFRESH_EXPIRES_IN),
    passwordResetLifetimeMs: durationMs(config.PASSWORD_RESET_EXPIRES_IN),
    failedSignInsWindowMs: durationMs(config.FAILED_SIGN_INS_WINDOW),
    grpcAuthority,
  }
}

/** The service token must not travel in the clear, so it leaves the machine over TLS only. */
function readAuthority({ GRPC_HOST, GRPC_TLS_CA }: Static<typeof settings>): Buffer | null {
  if (!GRPC_TLS_CA) {
    if (isLoopback(GRPC_HOST)) return null
    throw new ConfigError([
      `GRPC_HOST (${GRPC_HOST}) is not allowed: give 127.0.0.1, ::1 or localhost, or set GRPC_TLS_CA`,
    ])
  }
  const authority = readPem('GRPC_TLS_CA', GRPC_TLS_CA)
  try {
    new X509Certificate(authority)
  } catch {
    throw new ConfigError([`GRPC_TLS_CA (${GRPC_TLS_CA}) is not allowed: give the path of a certificate in PEM format`])
  }
  return authority
}

/** What the schema cannot judge: a line for every value that is wrong. */
function refuse(
  name: keyof typeof settings.properties,
  values: string[],
  isRight: (value: string) => boolean,
  give: string,
) {
  const { description } = settings.properties[name] as { description?: string }
  const wrong = values.filter((value) => !isRight(value))
  return wrong.map((value) => `${name} (${description}) is not allowed: give ${give}, not ${value}`)
}
