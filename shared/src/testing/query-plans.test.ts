import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDatabase } from '../database/open.js'
import { type ExplainedSqlite, explainedSqlite } from './query-plans.js'

let explained: ExplainedSqlite

beforeEach(async () => {
  explained = await explainedSqlite()
})
afterEach(() => explained.close())

it.each([
  ['SELECT * FROM "Message" WHERE "replyToId" = ?', 'SCAN Message'],
  ['SELECT count(*) FROM "TranslationMemory"', 'SCAN TranslationMemory USING COVERING INDEX'],
  ['SELECT * FROM "MessageEvent" ORDER BY "createdAt" DESC LIMIT 1', 'SCAN MessageEvent'],
  ['SELECT 1 FROM "MessageEvent" e JOIN "Message" m ON m."replyToId" = e."messageId" WHERE e."id" > ?', 'AUTOMATIC'],
])('names a query that reads a whole table: %s', async (query, step) => {
  await explained.database.all(query, ...(query.includes('?') ? ['x'] : []))
  expect(await explained.scans()).toEqual([expect.stringContaining(step)])
})

it('names a write that reads a whole table', async () => {
  const write = 'UPDATE "MessageTranslation" SET "status" = ? WHERE "model" = ?'
  await explained.database.transaction((sql) => sql.run(write, 'failed', 'm'))
  expect(await explained.scans()).toEqual([expect.stringContaining(write)])
})

it('names none that an index answers, that looks at the newest row, or that reads given values', async () => {
  const { database } = explained
  await database.get('SELECT * FROM "Message" WHERE "senderId" = ? AND "clientMessageId" = ?', 'a', 'b')
  await database.all('SELECT * FROM "MessageEvent" ORDER BY "id" DESC LIMIT 1')
  await database.transaction(async (sql) => {
    await sql.run('SAVEPOINT "s"')
    await sql.run('INSERT INTO "Text" ("value") VALUES (?), (?)', 'a', 'b')
    await sql.run('INSERT INTO "Text" ("value") SELECT ? WHERE NOT EXISTS (SELECT 1 FROM "Text" WHERE "id" = 1)', 'c')
  })
  expect(await explained.scans()).toEqual([])
})

it('tells which tables are written, by cascades, too, and not those that are only read', async () => {
  const { database } = explained
  await database.get('SELECT 1 FROM "User" WHERE "id" = ?', 'ana')
  expect(await explained.writes()).toEqual([])
  await database.transaction(async (sql) => {
    await sql.get('INSERT INTO "Text" ("value") VALUES (?) RETURNING "id"', 'a')
    await sql.run('DELETE FROM "Message" WHERE "id" = ?', 'm')
    await sql.run('DELETE FROM "TranslationMemory"')
    await sql.all('UPDATE "Erasure" SET "createdAt" = ? WHERE "kind" = ? RETURNING "kind"', '', 'user')
  })
  const written = ['Erasure', 'Message', 'MessageTranslation', 'Text', 'TranslationMemory']
  expect(await explained.writes()).toEqual(written)
})

it('remembers no rows of others', async () => {
  const other = await openDatabase(explained.url)
  await other.feedCursor.create({ data: { consumer: 'gateway', cursor: '' } })
  await other.$disconnect()
  const rows = await explained.database.all('SELECT "cursor" FROM "FeedCursor" WHERE "consumer" = ?', 'gateway')
  expect(rows).toEqual([{ cursor: '' }])
  expect(await explained.writes()).toEqual([])
})
