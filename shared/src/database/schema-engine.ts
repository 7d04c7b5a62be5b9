import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import { createSafeSqliteAdapter } from './safe-sqlite.js'

/** The text of a schema.prisma. */
type Schema = string

/** Every table is ours. */
export const noFilters = { externalTables: [], externalEnums: [] }

let loading: Promise<void> | undefined

/** The SQL that leads from one schema (undefined: from nothing) to another; undefined when there is no difference. */
export function diffSchemas(from: Schema | undefined, to: Schema): Promise<string | undefined> {
  const inMemory = new PrismaBetterSqlite3({ url: ':memory:' })
  return diff(inMemory, from === undefined ? { tag: 'empty' } : schemaTarget(from), to)
}

/** The SQL that leads from a database file to a schema; undefined when the file has exactly that schema. */
export function diffDatabase(file: string, to: Schema): Promise<string | undefined> {
  const files = schemaFiles(to)
  return diff(createSafeSqliteAdapter({ file }), { tag: 'schemaDatasource', files, configDir: '/' }, to)
}

function diff(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  from: bindings.DiffTarget,
  to: Schema,
): Promise<string | undefined> {
  return withEngine(adapter, to, async (engine) => {
    const answer = await engine.diff({ from, to: schemaTarget(to), script: true, exitCode: true, filters: noFilters })
    return answer.exitCode === 0 ? undefined : (answer.stdout ?? undefined)
  })
}

/** Runs `task` with an engine on a database, and frees it: until then it keeps its connection, and with it the file. */
export async function withEngine<T>(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  schema: Schema,
  task: (engine: bindings.SchemaEngine) => Promise<T>,
): Promise<T> {
  loading ??= loadEngine()
  await loading
  const ignoreLog = (): void => undefined
  const bound = bindMigrationAwareSqlAdapterFactory(adapter)
  const engine = await bindings.SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, ignoreLog, bound)
  try {
    return await task(engine)
  } finally {
    engine.free()
  }
}

/**
 * Starts Prisma's schema engine from its WebAssembly file, which needs no download, unlike the `prisma migrate`
 * command. Once per process: a second start while an old engine is being freed crashes it.
 */
async function loadEngine(): Promise<void> {
  // The engine reports a panic here before it dies; without this its text is lost.
  const panics = { set_message: (text: string) => console.error(text) }
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: panics })
  const glue = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const wasm = await readFile(glue.replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
}

function schemaTarget(schema: Schema): bindings.DiffTarget {
  return { tag: 'schemaDatamodel', files: schemaFiles(schema) }
}

function schemaFiles(content: Schema): { path: string; content: Schema }[] {
  return [{ path: 'schema.prisma', content }]
}
