import {
  ConfigError,
  commonSettings,
  port,
  readConfig,
  readEnvironment,
  resolveDatabaseUrl,
  resolvePath,
} from '@meeshy/shared/config'
import { type Static, Type } from 'typebox'

const loopback = new Set(['127.0.0.1', '::1', 'localhost'])

/** Every setting of the translation service; `shared/.env.example` documents them in the same words. */
export const settings = Type.Object({
  ...commonSettings,
  TRANSLATION_HOST: Type.String({ default: '127.0.0.1', description: 'where the monitoring REST listens' }),
  TRANSLATION_PORT: port('the port of the monitoring REST', 8000),
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

export type Config = Static<typeof settings>

/** Reads the environment; throws ConfigError with one line for every wrong value. */
export function loadConfig(environment: Record<string, string | undefined> = readEnvironment()): Config {
  // The seed called the port after FastAPI; the old name still works.
  const config = readConfig(settings, {
    ...environment,
    TRANSLATION_PORT: environment.TRANSLATION_PORT ?? environment.FASTAPI_PORT,
  })
  for (const name of ['GRPC_HOST', 'TRANSLATION_HOST'] as const) refusePublicAddress(name, config[name])
  return {
    ...config,
    DATABASE_URL: resolveDatabaseUrl(config.DATABASE_URL),
    LOG_DIR: config.LOG_DIR && resolvePath(config.LOG_DIR),
    MODELS_PATH: resolvePath(config.MODELS_PATH),
  }
}

/** Neither port is encrypted, so neither leaves the machine. */
function refusePublicAddress(name: string, host: string): void {
  if (loopback.has(host)) return
  throw new ConfigError([`${name} (${host}) is not allowed: give 127.0.0.1, ::1 or localhost`])
}
