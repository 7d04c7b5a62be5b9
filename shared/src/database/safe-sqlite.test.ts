import { setTimeout as sleep } from 'node:timers/promises'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import Database from 'better-sqlite3'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { PrismaClient } from '../generated/prisma/client.js'
import { createTestDatabase } from '../testing/fresh-database.js'
import { createSafeSqliteAdapter } from './safe-sqlite.js'
import { databaseFile } from './url.js'

let file: string

beforeEach(async () => {
  const { url, remove } = await createTestDatabase()
  file = databaseFile(url)
  return remove
})

function open(adapter: SqlDriverAdapterFactory = createSafeSqliteAdapter({ file })): PrismaClient {
  const database = new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 10_000 } })
  onTestFinished(() => database.$disconnect())
  return database
}

/** Writes 20 rows, each beside a transaction that is open and then rolls back. Returns how many of them are gone. */
async function countLostNeighbours(database: PrismaClient): Promise<number> {
  for (let round = 0; round < 20; round++) {
    const opened = gate()
    const neighbour = gate()
    const failing = database.$transaction(async (tx) => {
      await tx.feedCursor.create({ data: { consumer: '1', cursor: 'rolled back' } })
      opened.open()
      await neighbour.passed
      throw new Error('on purpose')
    })
    await opened.passed
    const writing = database.feedCursor.create({ data: { consumer: `neighbour-${round}`, cursor: 'kept' } })
    await Promise.race([writing, sleep(5)]) // acknowledged already (stock), or waiting for the transaction (guarded)
    neighbour.open()
    await expect(failing).rejects.toThrow('on purpose')
    await writing
  }
  const [kept, rolledBack] = await Promise.all([
    database.feedCursor.count({ where: { cursor: 'kept' } }),
    database.feedCursor.count({ where: { cursor: 'rolled back' } }),
  ])
  expect(rolledBack).toBe(0)
  return 20 - kept
}

function gate(): { open: () => void; passed: Promise<void> } {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}

test('a write beside a transaction that rolls back is not lost', async () => {
  expect(await countLostNeighbours(open())).toBe(0)
})

test('the stock adapter loses such writes: the test above can fail', async () => {
  expect(await countLostNeighbours(open(new PrismaBetterSqlite3({ url: file })))).toBeGreaterThan(0)
})

test('a committed transaction is on disk for another connection', async () => {
  const database = open()
  await database.$transaction(async (tx) => {
    await tx.feedCursor.create({ data: { consumer: 'a', cursor: '1' } })
    await tx.feedCursor.create({ data: { consumer: 'b', cursor: '2' } })
  })
  const other = new Database(file)
  onTestFinished(() => void other.close())
  expect(other.prepare('SELECT consumer FROM FeedCursor ORDER BY 1').pluck().all()).toEqual(['a', 'b'])
})

test('a COMMIT that fails leaves nothing behind and a connection that works', async () => {
  const database = open()
  const failing = database.$transaction(async (tx) => {
    await tx.$executeRaw`PRAGMA defer_foreign_keys = ON`
    await tx.session.create({ data: { id: 's', userId: 'nobody', expiresAt: new Date() } })
  })
  await expect(failing).rejects.toMatchObject({ cause: { kind: 'ForeignKeyConstraintViolation' } })
  expect(await database.session.count()).toBe(0)
  await database.$transaction((tx) => tx.feedCursor.create({ data: { consumer: '1', cursor: 'later' } }))
  expect(await database.feedCursor.count()).toBe(1)
})

test('a transaction that hangs is rolled back by its timeout, and its late statements are refused', async () => {
  const database = open()
  const opened = gate()
  const goOn = gate()
  const hanging = database.$transaction(
    async (tx) => {
      await tx.feedCursor.create({ data: { consumer: '1', cursor: 'hanging' } })
      opened.open()
      await goOn.passed
      await tx.feedCursor.create({ data: { consumer: '2', cursor: 'too late' } })
    },
    { timeout: 200 },
  )
  await opened.passed
  await database.feedCursor.create({ data: { consumer: 'neighbour', cursor: '' } }) // waits for the timeout
  goOn.open()
  await expect(hanging).rejects.toMatchObject({ code: 'P2028' })
  expect(await database.feedCursor.findMany()).toMatchObject([{ consumer: 'neighbour' }])
})

test('the outer client inside a transaction waits for itself until the timeout, not for ever', async () => {
  const database = open()
  const entangled = database.$transaction(() => database.feedCursor.count(), { timeout: 200 })
  await expect(entangled).rejects.toMatchObject({ code: 'P2028' })
  expect(await database.feedCursor.count()).toBe(0)
})

test('when SQLite ends a transaction by itself, the rest of it is refused', async () => {
  const database = open()
  const broken = database.$transaction(async (tx) => {
    await tx.feedCursor.create({ data: { consumer: '1', cursor: 'first' } })
    await tx.$executeRaw`INSERT OR ROLLBACK INTO FeedCursor VALUES ('1', 'again', 0)`.catch(() => undefined)
    await tx.feedCursor.create({ data: { consumer: '2', cursor: 'would be written outside' } }).catch(() => undefined)
  })
  await expect(broken).rejects.toMatchObject({ cause: { kind: 'TransactionAlreadyClosed' } })
  expect(await database.feedCursor.count()).toBe(0)
})

test('a BEGIN of its own is rolled back and refused', async () => {
  const database = open()
  await expect(database.$executeRaw`BEGIN`).rejects.toThrow('use $transaction')
  await database.feedCursor.create({ data: { consumer: '1', cursor: 'kept' } })
  await database.$disconnect()
  expect(await database.feedCursor.count()).toBe(1)
})

test('nested writes and batches are transactions too', async () => {
  const database = open()
  const user = {
    id: 'ana',
    username: 'ana',
    usernameKey: 'ana',
    displayName: 'Ana',
    displayNameKey: 'ana',
    preferredLanguage: 'pt',
  }
  const sessions = {
    create: [
      { id: 's', expiresAt: new Date() },
      { id: 's', expiresAt: new Date() },
    ],
  }
  await expect(database.user.create({ data: { ...user, sessions } })).rejects.toMatchObject({ code: 'P2002' })
  const twice = [database.user.create({ data: user }), database.user.create({ data: user })]
  await expect(database.$transaction(twice)).rejects.toMatchObject({ code: 'P2002' })
  expect(await database.user.count()).toBe(0)
})

test('a lock held by another process is waited for without blocking the event loop', async () => {
  const database = open()
  await database.feedCursor.count()
  const other = holdWriteLock()
  const writing = database.$transaction((tx) => tx.feedCursor.create({ data: { consumer: '1', cursor: 'waited' } }))
  let ticks = 0
  while (ticks < 20) {
    await sleep(1)
    ticks++
  }
  other.release()
  await writing
  expect(await database.feedCursor.count()).toBe(1)
})

test('a lock that is never given back is a P1008, and the connection works afterwards', async () => {
  const database = open(createSafeSqliteAdapter({ file, budgetMs: 100 }))
  const other = holdWriteLock()
  const data = { consumer: '1', cursor: 'later' }
  await expect(database.feedCursor.create({ data })).rejects.toMatchObject({ code: 'P1008' })
  const transaction = () => database.$transaction((tx) => tx.feedCursor.create({ data }))
  await expect(transaction()).rejects.toMatchObject({ code: 'P1008' })
  other.release()
  await transaction()
  expect(await database.feedCursor.count()).toBe(1)
})

test('those who wait for the lock together give up together, not one budget after the other', async () => {
  const budgetMs = 300
  const database = open(createSafeSqliteAdapter({ file, budgetMs }))
  await database.feedCursor.count()
  holdWriteLock()
  const startedAt = performance.now()
  const data = (index: number) => ({ consumer: `${index}`, cursor: 'never' })
  const writes = Array.from({ length: 20 }, (_, index) => database.feedCursor.create({ data: data(index) }))
  const settled = await Promise.allSettled(writes)
  expect(settled.every(({ status }) => status === 'rejected')).toBe(true)
  expect(performance.now() - startedAt).toBeLessThan(10 * budgetMs)
})

function holdWriteLock(): { release: () => void } {
  const other = new Database(file)
  onTestFinished(() => void other.close())
  other.exec('BEGIN IMMEDIATE')
  return { release: () => void other.exec('ROLLBACK') }
}
