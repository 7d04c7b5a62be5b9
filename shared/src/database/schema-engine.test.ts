import { readFile } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../testing/fresh-database.js'
import { migrationsFolder, readMigrations } from './migrations.js'
import { createSafeSqliteAdapter } from './safe-sqlite.js'
import { diffDatabase, diffSchemas, noFilters, withEngine } from './schema-engine.js'
import { databaseFile } from './url.js'

const schema = await readFile(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8')
const changed = schema.replace('model FeedCursor {', 'model FeedCursor {\n  added Int?\n')

async function migratedFile(): Promise<string> {
  const { url, remove } = await createTestDatabase()
  onTestFinished(remove)
  return databaseFile(url)
}

test('migrations match the schema', async () => {
  const file = await migratedFile()
  expect(await diffDatabase(file, schema)).toBeUndefined()
  expect(await diffDatabase(file, changed)).toContain('ADD COLUMN "added"')
})

test('a change of the schema becomes SQL, no change becomes nothing', async () => {
  expect(await diffSchemas(undefined, schema)).toContain('CREATE TABLE "Message"')
  expect(await diffSchemas(schema, changed)).toContain('ADD COLUMN "added"')
  expect(await diffSchemas(schema, schema)).toBeUndefined()
})

test("Prisma's own engine takes our history for its own and finds nothing to apply", async () => {
  const migrations = await readMigrations()
  const migrationsList = {
    baseDir: migrationsFolder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "sqlite"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  }
  const adapter = createSafeSqliteAdapter({ file: await migratedFile() })
  await withEngine(adapter, schema, async (engine) => {
    const input = { migrationsList, filters: noFilters }
    const diagnosis = await engine.diagnoseMigrationHistory({ ...input, optInToShadowDatabase: true })
    const upToDate = { hasMigrationsTable: true, editedMigrationNames: [], failedMigrationNames: [], history: null }
    expect(diagnosis).toMatchObject(upToDate)
    expect(await engine.applyMigrations(input)).toEqual({ appliedMigrationNames: [] })
  })
})
