import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../testing/fresh-database.js'
import { DatabaseUnavailable, type Sql, type SqlDatabase } from './sql.js'
import { openSqlite } from './sqlite-database.js'
import { databaseFile } from './url.js'

const insertText = 'INSERT INTO "Text" ("value") VALUES (?)'
const kilobyte = 'x'.repeat(1_000)

let database: SqlDatabase

beforeEach(async () => {
  const { url, remove } = await createTestDatabase()
  onTestFinished(remove)
  database = await openSqlite(databaseFile(url))
  onTestFinished(() => database.close())
})

/** Lets the file grow to so many pages; no fewer than it has. Beyond them SQLite says what it says of a full disk. */
async function limitPages(pages: number): Promise<void> {
  await database.transaction((sql) => sql.get(`PRAGMA max_page_count = ${pages}`))
}

/** Writes more than fits. */
async function fill(sql: Sql): Promise<void> {
  for (let number = 0; number < 1_000; number++) await sql.run(insertText, kilobyte)
}

async function countTexts(): Promise<unknown> {
  return database.get('SELECT count(*) AS "count" FROM "Text"')
}

test('a full disk leaves nothing of the transaction; when there is room again, the next one works', async () => {
  await database.transaction((sql) => sql.run(insertText, 'before'))
  await limitPages(1)
  for (let attempt = 0; attempt < 3; attempt++) {
    const error = await database.transaction(fill).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DatabaseUnavailable)
    expect(error).toMatchObject({ cause: { code: 'SQLITE_FULL' } })
    expect(await countTexts()).toEqual({ count: 1 })
  }
  await limitPages(1_000_000)
  await database.transaction(fill)
  expect(await countTexts()).toEqual({ count: 1_001 })
})

test('the statement that meets the full disk says so, and those after it are refused', async () => {
  await limitPages(1)
  const writing = database.transaction(async (sql) => {
    await expect(fill(sql)).rejects.toBeInstanceOf(DatabaseUnavailable)
    await expect(sql.run(insertText, 'would be written outside')).rejects.toThrow('The transaction has ended')
  })
  await expect(writing).rejects.toThrow('The transaction has ended')
  expect(await countTexts()).toEqual({ count: 0 })
})
