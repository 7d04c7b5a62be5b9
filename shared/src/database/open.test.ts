import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../testing/fresh-database.js'
import { openDatabase } from './open.js'
import { databaseFile } from './url.js'

async function freshUrl(): Promise<string> {
  const { url, remove } = await createTestDatabase()
  onTestFinished(remove)
  return url
}

function edit(url: string, sql: string): void {
  const connection = new Database(databaseFile(url))
  connection.exec(sql)
  connection.close()
}

test('a migrated database opens, with every setting on the connection that Prisma uses', async () => {
  const database = await openDatabase(await freshUrl())
  onTestFinished(() => database.$disconnect())
  const settings = await database.$queryRaw`
    SELECT (SELECT journal_mode FROM pragma_journal_mode) AS journal,
      (SELECT synchronous FROM pragma_synchronous) AS sync,
      (SELECT foreign_keys FROM pragma_foreign_keys) AS keys, (SELECT secure_delete FROM pragma_secure_delete) AS erase,
      (SELECT trusted_schema FROM pragma_trusted_schema) AS trusted, (SELECT timeout FROM pragma_busy_timeout) AS busy`
  const expected = { journal: 'wal', sync: 2n, keys: 1n, erase: 1n, trusted: 0n, busy: 1n }
  expect(settings).toEqual([expected])
})

test('a missing database is refused', async () => {
  await expect(openDatabase(`${await freshUrl()}.other`)).rejects.toThrow('run ./start.sh dev, or migrate')
})

test('a database that lacks a migration is refused', async () => {
  const url = await freshUrl()
  edit(url, 'DELETE FROM _prisma_migrations')
  await expect(openDatabase(url)).rejects.toThrow(/lacks migrations \(\d{14}_init.*run \.\/start\.sh dev/)
})

test('a database of a newer version is refused', async () => {
  const url = await freshUrl()
  edit(
    url,
    `INSERT INTO _prisma_migrations SELECT 'x', checksum, finished_at, '29990101000000_future', NULL, NULL,
    started_at, 1 FROM _prisma_migrations LIMIT 1`,
  )
  await expect(openDatabase(url)).rejects.toThrow('made by a newer version of Meeshy')
})
