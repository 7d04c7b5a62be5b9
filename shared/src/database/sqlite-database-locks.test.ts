import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../testing/fresh-database.js'
import { DatabaseUnavailable, type SqlDatabase } from './sql.js'
import { openSqlite, type SqliteOptions } from './sqlite-database.js'
import { startChild } from './testing/child.js'
import { databaseFile } from './url.js'

let url: string

beforeEach(async () => {
  const { url: fresh, remove } = await createTestDatabase()
  url = fresh
  return remove
})

async function open(options?: SqliteOptions): Promise<SqlDatabase> {
  const database = await openSqlite(databaseFile(url), options)
  onTestFinished(() => database.close())
  return database
}

/** Resolves when another process holds the write lock. */
async function holdLock(): Promise<{ release: () => Promise<void> }> {
  const holder = startChild('hold-lock', url)
  onTestFinished(() => void holder.process.kill('SIGKILL'))
  await holder.answer
  return {
    async release() {
      holder.process.disconnect()
      await holder.exited
    },
  }
}

function write(database: SqlDatabase, value: string): Promise<number> {
  return database.transaction((sql) => sql.run('INSERT INTO "Text" ("value") VALUES (?)', value))
}

async function countTexts(database: SqlDatabase): Promise<number> {
  const row = await database.get<{ count: number }>('SELECT count(*) AS "count" FROM "Text"')
  return row?.count ?? 0
}

test('a lock that is never given back fails all waiting writes after one budget, and reads go on meanwhile', async () => {
  const budgetMs = 500
  const database = await open({ budgetMs })
  await write(database, 'before')
  const lock = await holdLock()

  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const startedAt = performance.now()
  let waiting = true
  const writing = Promise.allSettled(Array.from({ length: 20 }, () => write(database, 'never'))).finally(() => {
    waiting = false
  })
  let reads = 0
  while (waiting) {
    expect(await countTexts(database)).toBe(1)
    reads++
    await sleep(1)
  }
  const durationMs = Math.round(performance.now() - startedAt)
  delay.disable()
  const longestStallMs = Math.round(delay.max / 1e6)
  console.info(`${durationMs} ms behind a lock: ${reads} reads, longest event-loop stall ${longestStallMs} ms`)

  for (const outcome of await writing) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { cause: { code: 'SQLITE_BUSY' } } })
    expect(outcome).toHaveProperty('reason', expect.any(DatabaseUnavailable))
  }
  expect(durationMs).toBeGreaterThanOrEqual(budgetMs)
  // One budget after the other would be 20 of them.
  expect(durationMs).toBeLessThan(10 * budgetMs)
  expect(reads).toBeGreaterThan(10)
  expect(longestStallMs).toBeLessThan(budgetMs)

  await lock.release()
  await write(database, 'after')
  expect(await countTexts(database)).toBe(2)
})

test('a lock that is given back in time is waited for', async () => {
  const database = await open()
  const lock = await holdLock()
  const writing = write(database, 'waited')
  await lock.release()
  await writing
  expect(await countTexts(database)).toBe(1)
})
