import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { createTestFolder } from '../testing/fresh-database.js'
import { waitFor } from '../testing/wait-for.js'
import { migrate } from './migrate.js'
import { readMigrations } from './migrations.js'
import { startChild } from './testing/child.js'

const parentAndChild = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY);
  CREATE TABLE child (id INTEGER PRIMARY KEY, parentId INTEGER REFERENCES parent (id) ON DELETE CASCADE);
  INSERT INTO parent VALUES (1);
  INSERT INTO child VALUES (10, 1);`

let workFolder: string
let file: string
let url: string

beforeEach(async () => {
  const { folder, remove } = await createTestFolder()
  workFolder = folder
  file = join(folder, 'data', 'chat.db')
  url = `file:${file}`
  return remove
})

/** Writes migration folders, by name. */
async function writeMigrations(scripts: Record<string, string>): Promise<string> {
  const folder = join(workFolder, 'migrations')
  for (const [name, sql] of Object.entries(scripts)) {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, name, 'migration.sql'), sql)
  }
  return folder
}

function query(sql: string): unknown[] {
  const connection = new Database(file)
  onTestFinished(() => void connection.close())
  return connection.prepare(sql).pluck().all()
}

test('a fresh database gets every migration, in a private file; a second run has nothing to do', async () => {
  const names = (await readMigrations()).map(({ name }) => name)
  const progress: string[] = []
  const onProgress = (name: string): void => void progress.push(name)
  expect(await migrate(url, { onProgress })).toEqual({ applied: names })
  expect(progress).toEqual(names)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await migrate(url)).toEqual({ applied: [] })
})

test('two runners at once: every migration is applied once', async () => {
  const runners = [startChild<string[]>('migrate-beside', url), startChild<string[]>('migrate-beside', url)]
  const applied = await Promise.all(runners.map(({ answer }) => answer))
  const names = (await readMigrations()).map(({ name }) => name)
  expect(applied.flat().sort()).toEqual(names)
  expect(query('SELECT migration_name FROM _prisma_migrations ORDER BY 1')).toEqual(names)
})

test('a newer schema is refused and left alone', async () => {
  await migrate(url, { folder: await writeMigrations({ '1_a': 'CREATE TABLE a (x)', '2_b': 'CREATE TABLE b (x)' }) })
  await expect(migrate(url)).rejects.toThrow('made by a newer version of Meeshy: it has the migration 1_a')
  expect(query(`SELECT name FROM sqlite_schema WHERE name IN ('a', 'b', 'User')`)).toEqual(['a', 'b'])
})

test('an edited migration is refused', async () => {
  await migrate(url, { folder: await writeMigrations({ '1_a': 'CREATE TABLE a (x)' }) })
  const edited = await writeMigrations({ '1_a': 'CREATE TABLE a (x, y)' })
  await expect(migrate(url, { folder: edited })).rejects.toThrow('1_a was changed after it was applied')
})

test('a migration that fails leaves nothing of itself, and those before it stay', async () => {
  const folder = await writeMigrations({ '1_a': 'CREATE TABLE a (x)', '2_b': 'CREATE TABLE b (x); INSERT INTO nope' })
  await expect(migrate(url, { folder })).rejects.toThrow('incomplete input')
  expect(query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('a', 'b')`)).toEqual(['a'])
  const repaired = await writeMigrations({ '2_b': 'CREATE TABLE b (x)' })
  expect(await migrate(url, { folder: repaired })).toEqual({ applied: ['2_b'] })
})

test('rebuilding a parent table keeps the rows of its children', async () => {
  const rebuild = `PRAGMA foreign_keys = OFF;
    CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO new_parent (id) SELECT id FROM parent;
    DROP TABLE parent;
    ALTER TABLE new_parent RENAME TO parent;
    PRAGMA foreign_keys = ON;`
  await migrate(url, { folder: await writeMigrations({ '1_init': parentAndChild, '2_rebuild': rebuild }) })
  expect(query('SELECT id FROM child')).toEqual([10])
})

test('a migration that leaves rows without their parent is rolled back', async () => {
  const folder = await writeMigrations({ '1_init': parentAndChild, '2_orphan': 'DELETE FROM parent' })
  await expect(migrate(url, { folder })).rejects.toThrow('2_orphan leaves 1 rows without their parent')
  expect(query('SELECT id FROM parent')).toEqual([1])
})

test('killed in the middle of a migration: nothing of it remains, and the next run applies it', async () => {
  // 100 MB that SQLite has to spill into the WAL long before it can commit.
  const long = `CREATE TABLE filler (text);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
    INSERT INTO filler SELECT hex(zeroblob(500)) FROM n;`
  const folder = await writeMigrations({ '1_a': 'CREATE TABLE a (x)', '2_long': long })
  const runner = startChild('migrate-beside', url, folder)
  const walBytes = async (): Promise<number> => (await stat(`${file}-wal`).catch(() => ({ size: 0 }))).size
  await waitFor(async () => (await walBytes()) > 10e6, { what: 'the migration to be in its middle', timeoutMs: 30_000 })
  runner.process.kill('SIGKILL')
  await runner.exited

  expect(query('PRAGMA integrity_check')).toEqual(['ok'])
  expect(query('SELECT migration_name FROM _prisma_migrations')).toEqual(['1_a'])
  expect(query(`SELECT name FROM sqlite_schema WHERE name = 'filler'`)).toEqual([])
  expect(await migrate(url, { folder })).toEqual({ applied: ['2_long'] })
  expect(query('SELECT count(*) FROM filler')).toEqual([100_000])
})
