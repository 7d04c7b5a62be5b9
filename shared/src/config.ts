import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { type Static, type TObject, Type } from 'typebox'
import Value from 'typebox/value'

/** The file both services read; relative paths in it count from its folder. */
export const envFile = process.env.MEESHY_ENV_FILE ?? fileURLToPath(new URL('../.env', import.meta.url))

const samplePrefix = 'change-me'
const loopbackHosts = new Set(['127.0.0.1', '::1', 'localhost'])

const secretLength = 32
const aSecret = 'at least 32 random characters, not the sample (./start.sh setup writes them)'

/** A random value that a sample or a guess cannot stand in for. */
export function secret(description: string) {
  return Type.String({ minLength: secretLength, pattern: `^(?!${samplePrefix})`, description, allowed: aSecret })
}

/** The same, where there may be none. */
export function optionalSecret(description: string) {
  const pattern = `^((?!${samplePrefix}).{${secretLength},})?$`
  return Type.String({ default: '', pattern, description, allowed: `${aSecret}, or nothing` })
}

/** The path of a file in PEM format; `readPem` reads it. */
export function pemFile(description: string) {
  return Type.String({ default: '', description })
}

export function port(description: string, byDefault: number) {
  return Type.Integer({ minimum: 0, maximum: 65535, default: byDefault, description })
}

/** What both services need. */
export const commonSettings = {
  NODE_ENV: Type.Union([Type.Literal('development'), Type.Literal('production'), Type.Literal('test')], {
    default: 'development',
    description: 'how the service runs',
  }),
  DATABASE_URL: Type.String({ pattern: '^file:.', default: 'file:./dev.db', description: 'the SQLite database file' }),
  GRPC_HOST: Type.String({ minLength: 1, default: '127.0.0.1', description: 'where the translation service listens' }),
  GRPC_PORT: port('the port of the translation service', 50051),
  SERVICE_TOKEN: secret('the credential between the two services'),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'the least severe line that is logged' },
  ),
  LOG_DIR: Type.String({ default: '../logs', description: 'the folder of the log files; empty writes none' }),
}

/** The settings of the environment file, overridden by those of the process. */
export function readEnvironment(file: string = envFile): Record<string, string | undefined> {
  return { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...process.env }
}

/**
 * Turns the environment into typed settings; unknown variables are ignored.
 *
 * @throws ConfigError with one line for every missing or wrong value
 */
export function readConfig<Schema extends TObject>(
  schema: Schema,
  environment: Record<string, string | undefined> = readEnvironment(),
): Static<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.properties).flatMap((name) => {
      const value = environment[name]
      return value === undefined || (value === '' && !mayBeEmpty(schema, name)) ? [] : [[name, value]]
    }),
  )
  const settings = Value.Convert(schema, Value.Default(schema, given))
  const wrong = new Set(Value.Errors(schema, settings).flatMap((error) => variablesOf(error)))
  if (wrong.size > 0) throw new ConfigError([...wrong].map((name) => explain(name, schema, given[name])))
  return settings as Static<Schema>
}

/** An empty line counts as a missing one, unless empty means something. */
function mayBeEmpty(schema: TObject, name: string): boolean {
  const rule = schema.properties[name] as { type?: string; minLength?: number; pattern?: string }
  return rule.type === 'string' && rule.minLength === undefined && rule.pattern === undefined
}

/** Makes a path absolute, counted from the folder of the environment file. */
export function resolvePath(path: string, file: string = envFile): string {
  return isAbsolute(path) ? path : resolve(dirname(file), path)
}

/** The database URL with an absolute path: two services in two folders mean the same file. */
export function resolveDatabaseUrl(url: string, file: string = envFile): string {
  return `file:${resolvePath(url.slice('file:'.length), file)}`
}

/**
 * Reads the file that a setting names.
 *
 * @throws ConfigError when it cannot be read
 */
export function readPem(name: string, path: string, file: string = envFile): Buffer {
  try {
    return readFileSync(resolvePath(path, file))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError([`${name} (${path}) cannot be read (${code}): give the path of a PEM file`])
  }
}

/** Whether what is sent to this address never leaves the machine. */
export function isLoopback(host: string): boolean {
  return loopbackHosts.has(host)
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'

  constructor(readonly lines: string[]) {
    super(lines.join('\n'))
  }
}

function variablesOf(error: { instancePath: string; params: object }): string[] {
  if ('requiredProperties' in error.params) return error.params.requiredProperties as string[]
  return [error.instancePath.split('/')[1] ?? '']
}

function explain(name: string, schema: TObject, value: string | undefined): string {
  const rule = schema.properties[name] as { description?: string; [key: string]: unknown }
  const problem = value === undefined ? 'is missing' : 'is not allowed'
  return `${name} (${rule.description ?? 'a setting'}) ${problem}: give ${allowed(rule)}`
}

function allowed(rule: { [key: string]: unknown }): string {
  const options = rule.anyOf as Array<{ const: string }> | undefined
  if (options) return `one of ${options.map((option) => option.const).join(', ')}`
  if (rule.type === 'integer') return `a whole number from ${rule.minimum} to ${rule.maximum}`
  if (typeof rule.allowed === 'string') return rule.allowed
  return rule.pattern ? `a value like ${rule.default}` : 'a text'
}
