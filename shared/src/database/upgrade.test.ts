import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { createTestFolder } from '../testing/fresh-database.js'
import { migrate } from './migrate.js'
import { migrationsFolder, readMigrations } from './migrations.js'

const messages = [
  {
    id: 'm1',
    seq: 1,
    revision: 2,
    content: 'Bonjour 👩‍👩‍👧\u2028à tous',
    replyToId: null,
    editedAt: '2026-11-01T10:00:01Z',
  },
  { id: 'm2', seq: 2, revision: 1, content: '', replyToId: 'm1', editedAt: null },
]

const empty = { reason: null, text: null, confidence: null, cached: 0 }

const translations = [
  { ...empty, messageId: 'm1', language: 'de', status: 'ready', text: 'Hallo zusammen', confidence: 0.75, cached: 1 },
  { ...empty, messageId: 'm1', language: 'en', status: 'failed', reason: 'timeout' },
  { ...empty, messageId: 'm1', language: 'pt', status: 'pending' },
  { ...empty, messageId: 'm2', language: 'de', status: 'skipped', reason: 'empty' },
  { ...empty, messageId: 'm2', language: 'en', status: 'ready', text: '', confidence: 1 },
]

const remembered = 'Words that only the memory has'

let folder: string
let file: string
let url: string

beforeEach(async () => {
  const { folder: fresh, remove } = await createTestFolder()
  folder = fresh
  file = join(folder, 'chat.db')
  url = `file:${file}`
  return remove
})

function open(): Database.Database {
  const connection = new Database(file)
  onTestFinished(() => void connection.close())
  return connection
}

/** Makes a database as the first version of Meeshy left it. */
async function createFirstVersion(): Promise<void> {
  const [first] = await readMigrations()
  const name = first?.name ?? ''
  await cp(join(migrationsFolder, name), join(folder, 'migrations', name), { recursive: true })
  await migrate(url, { folder: join(folder, 'migrations') })
  const connection = new Database(file)
  const times = `'2026-11-01T10:00:00.000Z', '2026-11-01T10:00:02.000Z'`
  const message = connection.prepare(
    `INSERT INTO "Message" ("id", "conversationId", "seq", "revision", "senderId", "clientMessageId", "contentHash",
       "content", "originalLanguage", "languageSource", "replyToId", "createdAt", "editedAt")
     VALUES (@id, 'c', @seq, @revision, 'ana', @id, 'hash', @content, 'fr', 'client', @replyToId, '2026-11-01', @editedAt)`,
  )
  for (const row of messages) message.run(row)
  const translation = connection.prepare(
    `INSERT INTO "MessageTranslation" ("messageId", "language", "revision", "status", "reason", "text", "model",
       "confidence", "cached", "attempts", "createdAt", "updatedAt")
     VALUES (@messageId, @language, 1, @status, @reason, @text, 'nllb', @confidence, @cached, 3, ${times})`,
  )
  for (const row of translations) translation.run(row)
  connection.exec(
    `INSERT INTO "TranslationMemory" VALUES ('key', 'fr', 'en', '${remembered}', 'nllb', 1, ${times});
     INSERT INTO "MessageEvent" VALUES (41, 'c', 1, 'new', 'm1', 1, NULL, '2026-11-01');
     INSERT INTO "DatabaseInfo" VALUES (1, 'epoch', 'secret')`,
  )
  connection.close()
}

test('an upgrade from the first version keeps messages and translations as they were', async () => {
  await createFirstVersion()
  const before = open()
  const oldMessages = before.prepare('SELECT * FROM "Message" ORDER BY "seq"').all()
  const oldTranslations = before
    .prepare(`SELECT "messageId", "language", "revision", "status", "reason", "text", "model", "confidence", "cached",
      "attempts", "updatedAt" FROM "MessageTranslation" ORDER BY "messageId", "language"`)
    .all()
  before.close()
  expect(oldMessages).toMatchObject(messages)
  expect(oldTranslations).toMatchObject(translations)

  await migrate(url)

  const after = open()
  const newMessages = after.prepare(
    `SELECT m.*, x."value" AS "content" FROM "Message" m JOIN "Text" x ON x."id" = m."textId" ORDER BY "seq"`,
  )
  expect(newMessages.all()).toMatchObject(oldMessages)
  const newTranslations = after.prepare(
    `SELECT t.*, x."value" AS "text" FROM "MessageTranslation" t LEFT JOIN "Text" x ON x."id" = t."textId"
     ORDER BY "messageId", "language"`,
  )
  expect(newTranslations.all()).toMatchObject(oldTranslations)
  expect(after.prepare('SELECT "epoch", "contentKey" FROM "DatabaseInfo" WHERE "id" = 1').all()).toEqual([
    { epoch: 'epoch', contentKey: 'secret' },
  ])
  expect(after.pragma('foreign_key_check')).toEqual([])
  expect(after.pragma('integrity_check', { simple: true })).toBe('ok')
})

test('what was waiting has its minute from the upgrade on', async () => {
  await createFirstVersion()
  const before = new Date().toISOString()
  await migrate(url)
  // Times are compared as text, so all of them have one form.
  const times = open().prepare<[], string>('SELECT "requestedAt" FROM "MessageTranslation"').pluck().all()
  for (const time of times) {
    expect(time).toBe(new Date(time).toISOString())
    expect(time >= before).toBe(true)
  }
})

test('after it every text has a row of its own, and numbers go on where they were', async () => {
  await createFirstVersion()
  await migrate(url)
  const connection = open()
  const shown = 'SELECT "textId" FROM "Message" UNION ALL SELECT "textId" FROM "MessageTranslation" WHERE "textId" > 0'
  const used = connection.prepare<[], number>(shown).pluck().all()
  const stored = connection.prepare<[], number>('SELECT "id" FROM "Text" ORDER BY "id"').pluck().all()
  expect(used.sort((a, b) => a - b)).toEqual(stored)
  const text = connection.prepare('INSERT INTO "Text" ("value") VALUES (?)').run('next')
  expect(text.lastInsertRowid).toBe(Math.max(...stored) + 1)
  const event = connection.prepare(
    `INSERT INTO "MessageEvent" ("conversationId", "eventSeq", "type", "messageId", "revision") VALUES ('c', 2, 'new', 'm2', 1)`,
  )
  expect(event.run().lastInsertRowid).toBe(42)
})

test('the memory begins anew, and nothing of it or of the old tables stays in the file', async () => {
  await createFirstVersion()
  const count = async (words: string): Promise<number> => (await readFile(file, 'utf8')).split(words).length - 1
  expect(await count(remembered)).toBe(1)
  await migrate(url)
  expect(open().prepare('SELECT count(*) FROM "TranslationMemory"').pluck().get()).toBe(0)
  expect(await count(remembered)).toBe(0)
  for (const words of ['à tous', 'Hallo zusammen']) expect(await count(words)).toBe(1)
})
