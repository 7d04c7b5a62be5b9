import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createTestDatabase } from '../testing/fresh-database.js'
import type { Sql, SqlDatabase } from './sql.js'
import { openSqlite, type SqliteOptions } from './sqlite-database.js'
import { createGate } from './testing/gate.js'
import { databaseFile } from './url.js'

const insertText = 'INSERT INTO "Text" ("value") VALUES (?)'
const selectTexts = 'SELECT "value" FROM "Text" ORDER BY "id"'

let file: string

beforeEach(async () => {
  const { url, remove } = await createTestDatabase()
  file = databaseFile(url)
  return remove
})

async function open(options?: SqliteOptions): Promise<SqlDatabase> {
  const database = await openSqlite(file, options)
  onTestFinished(() => database.close())
  return database
}

async function texts(database: Pick<Sql, 'all'>): Promise<string[]> {
  return (await database.all<{ value: string }>(selectTexts)).map(({ value }) => value)
}

test('a transaction that is fulfilled is on disk for another connection', async () => {
  const database = await open()
  const changed = await database.transaction(async (sql) => {
    await sql.run(insertText, 'one')
    await sql.run(insertText, 'two')
    return sql.run('UPDATE "Text" SET "value" = "value" || ?', '!')
  })
  expect(changed).toBe(2)
  const other = new Database(file)
  onTestFinished(() => void other.close())
  expect(other.prepare(selectTexts).pluck().all()).toEqual(['one!', 'two!'])
})

test('reads never see half a transaction, also while it waits between its statements; it sees its own', async () => {
  const database = await open()
  const halfDone = createGate()
  const goOn = createGate()
  const writing = database.transaction(async (sql) => {
    await sql.run(insertText, 'one')
    halfDone.open()
    await goOn.passed
    await sql.run(insertText, 'two')
    return texts(sql)
  })
  await halfDone.passed
  expect(await texts(database)).toEqual([])
  goOn.open()
  expect(await writing).toEqual(['one', 'two'])
  expect(await texts(database)).toEqual(['one', 'two'])
})

test('what throws inside leaves nothing, and the next transaction works', async () => {
  const database = await open()
  const failing = database.transaction(async (sql) => {
    await sql.run(insertText, 'gone')
    throw new Error('on purpose')
  })
  await expect(failing).rejects.toThrow('on purpose')
  await database.transaction((sql) => sql.run(insertText, 'kept'))
  expect(await texts(database)).toEqual(['kept'])
})

test('a COMMIT that fails leaves nothing, and the next transaction works', async () => {
  const database = await open()
  const failing = database.transaction(async (sql) => {
    await sql.run('PRAGMA defer_foreign_keys = ON')
    await sql.run(insertText, 'gone')
    const columns = '"messageId", "language", "revision", "status", "updatedAt"'
    await sql.run(`INSERT INTO "MessageTranslation" (${columns}) VALUES ('nothing', 'en', 1, 'pending', '')`)
  })
  await expect(failing).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' })
  await database.transaction((sql) => sql.run(insertText, 'kept'))
  expect(await texts(database)).toEqual(['kept'])
})

test('reads cannot write', async () => {
  const database = await open()
  const writing = database.all(`${insertText} RETURNING "id"`, 'no')
  await expect(writing).rejects.toMatchObject({ code: 'SQLITE_READONLY' })
  expect(await texts(database)).toEqual([])
})

test('transactions take turns in the order of asking', async () => {
  const database = await open()
  const steps: string[] = []
  const write = (name: string, durationMs: number) =>
    database.transaction(async () => {
      steps.push(`${name} begins`)
      await sleep(durationMs)
      steps.push(`${name} ends`)
    })
  await Promise.all([write('a', 20), write('b', 0), write('c', 10)])
  expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('a statement that comes after the end of its transaction is refused', async () => {
  const database = await open()
  const goOn = createGate()
  const late = createGate()
  const failing = database.transaction(async (sql) => {
    const writing = goOn.passed.then(() => sql.run(insertText, 'would be in nobody’s transaction'))
    writing.catch(() => late.open())
    throw new Error('on purpose')
  })
  await expect(failing).rejects.toThrow('on purpose')
  await database.transaction(async (sql) => {
    goOn.open()
    await late.passed
    await sql.run(insertText, 'kept')
  })
  expect(await texts(database)).toEqual(['kept'])
})

test('when SQLite ends a transaction by itself, the rest of it is refused', async () => {
  const database = await open()
  const broken = database.transaction(async (sql) => {
    await sql.run('INSERT INTO "Text" VALUES (1, ?)', 'first')
    await sql.run('INSERT OR ROLLBACK INTO "Text" VALUES (1, ?)', 'again').catch(() => undefined)
    await sql.run(insertText, 'would be written outside').catch(() => undefined)
  })
  await expect(broken).rejects.toThrow('The transaction has ended')
  expect(await texts(database)).toEqual([])
})

test('a transaction that hangs is rolled back, and so is one that waits for its own turn', async () => {
  const database = await open({ timeoutMs: 200 })
  const hanging = database.transaction(async (sql) => {
    await sql.run(insertText, 'hanging')
    await createGate().passed
  })
  await expect(hanging).rejects.toThrow('took longer than 200 ms')
  const entangled = database.transaction(() => database.transaction((sql) => sql.run(insertText, 'inner')))
  await expect(entangled).rejects.toThrow('took longer than 200 ms')
  await database.transaction((sql) => sql.run(insertText, 'last'))
  expect(await texts(database)).toEqual(['inner', 'last'])
})

test.each([
  ['text', 'a\u2028b\u2029c'],
  ['text', '👩‍👩‍👧 é e\u0301 שלום \u202e'],
  ['text', "'); DROP TABLE x; --"],
  ['text', ''],
  ['text', null],
  ['whole', Number.MAX_SAFE_INTEGER],
  ['whole', -Number.MAX_SAFE_INTEGER],
  ['real', 0.1],
])('a value in a column of %s comes back as it went: %j', async (column, value) => {
  const database = await open()
  await database.transaction(async (sql) => {
    await sql.run('CREATE TABLE "Sample" ("text" TEXT, "whole" INTEGER, "real" REAL)')
    await sql.run(`INSERT INTO "Sample" ("${column}") VALUES (?)`, value)
  })
  expect(await database.get(`SELECT "${column}" AS "value" FROM "Sample"`)).toEqual({ value })
  expect(await database.all(`SELECT "${column}" AS "value" FROM "Sample" WHERE "value" IS ?`, value)).toHaveLength(1)
})

test('booleans are 0 and 1', async () => {
  const database = await open()
  expect(await database.get('SELECT ? AS "yes", ? AS "no"', true, false)).toEqual({ yes: 1, no: 0 })
})

test('no row is undefined, or an empty list', async () => {
  const database = await open()
  expect(await database.get(selectTexts)).toBeUndefined()
  expect(await database.all(selectTexts)).toEqual([])
})

test('a statement is prepared once for each connection, and kept statements are bounded', async () => {
  const database = await open()
  const prepare = vi.spyOn(Database.prototype, 'prepare')
  onTestFinished(() => prepare.mockRestore())
  const timesPrepared = (text: string) => prepare.mock.calls.filter(([prepared]) => prepared === text).length
  for (let round = 0; round < 5; round++) {
    await database.transaction((sql) => sql.run(insertText, String(round)))
    await texts(database)
  }
  expect(['BEGIN IMMEDIATE', insertText, 'COMMIT', selectTexts].map(timesPrepared)).toEqual([1, 1, 1, 1])

  for (let number = 0; number < 500; number++) await database.get(`SELECT ${number}`)
  await texts(database)
  await database.get('SELECT 499')
  expect([selectTexts, 'SELECT 499'].map(timesPrepared)).toEqual([2, 1])
})

test('every setting is held by both connections', async () => {
  const database = await open()
  const names = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'temp_store', 'mmap_size']
  const read = (sql: Pick<Sql, 'get'>) =>
    Promise.all(names.map(async (name) => Object.values((await sql.get<object>(`PRAGMA ${name}`)) ?? {})[0]))
  expect(await read(database)).toEqual(['wal', 2, 1, 1, 2, 0])
  expect(await database.transaction(read)).toEqual(['wal', 2, 1, 1, 2, 0])
})

test('closing waits for the transactions that were asked for', async () => {
  const database = await openSqlite(file)
  const writing = database.transaction((sql) => sql.run(insertText, 'kept'))
  await database.close()
  await writing
  await expect(database.get('SELECT 1')).rejects.toThrow('not open')
  expect(await texts(await open())).toEqual(['kept'])
})
