// Writes the next migration from what has changed in schema.prisma. From shared/: npm run migration -- add_reactions
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrationsFolder } from './migrations.js'
import { diffSchemas } from './schema-engine.js'

const schemaFile = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url))

/** The schema as the newest migration left it. The engine cannot read SQL folders back, so this is what it compares. */
const snapshotFile = join(migrationsFolder, 'schema.snapshot.prisma')

/** Tells stock Prisma which database the SQL is for. */
const lockFile = join(migrationsFolder, 'migration_lock.toml')

const name = process.argv[2]
if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
  throw new Error('Name the migration in lower case, for example: npm run migration -- add_reactions')
}
console.info(`Wrote ${await createMigration(name)}. Read the SQL before you commit it.`)

async function createMigration(name: string): Promise<string> {
  const schema = await readFile(schemaFile, 'utf8')
  const snapshot = existsSync(snapshotFile) ? await readFile(snapshotFile, 'utf8') : undefined
  const sql = await diffSchemas(snapshot, schema)
  if (sql === undefined) throw new Error('schema.prisma has not changed since the last migration')
  const migration = `${timestamp(new Date())}_${name}`
  await mkdir(join(migrationsFolder, migration), { recursive: true })
  await writeFile(join(migrationsFolder, migration, 'migration.sql'), sql)
  await writeFile(snapshotFile, schema)
  await writeFile(lockFile, 'provider = "sqlite"\n')
  return migration
}

/** `20261122120000`, in UTC: migrations are applied in the order of their names. */
function timestamp(now: Date): string {
  return now.toISOString().replace(/\D/g, '').slice(0, 14)
}
