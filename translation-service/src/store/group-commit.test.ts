import { DatabaseUnavailable, type Sql } from '@meeshy/shared/database/sql'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { expect, it, onTestFinished } from 'vitest'
import { openTranslationDatabase } from './database.js'
import { GroupCommit } from './group-commit.js'

const nothing: Sql = { all: async () => [], get: async () => undefined, run: async () => 0 }

/** Counts transactions. The end of each waits for `commit`, which a test may put off or let fail. */
function counting(end: () => Promise<void> = async () => {}) {
  const transactions: number[] = []
  const commit = new GroupCommit(async (work) => {
    transactions.push(0)
    const result = await work(nothing)
    await end()
    return result
  })
  return { commit, transactions }
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

it('puts writes that come together into one transaction, and answers each with its own result', async () => {
  const { commit, transactions } = counting()
  expect(await Promise.all(numbers(50).map((index) => commit.run(async () => index)))).toEqual(numbers(50))
  expect(transactions).toHaveLength(1)
})

it('takes at most 64 into one transaction, and none twice', async () => {
  const { commit, transactions } = counting()
  const done: number[] = []
  await Promise.all(numbers(130).map((index) => commit.run(async () => done.push(index))))
  expect(done).toEqual(numbers(130))
  expect(transactions).toHaveLength(3)
})

it('tells nobody of anything before the transaction has ended, neither of success nor of a refusal', async () => {
  let finish = () => {}
  const end = new Promise<void>((resolve) => {
    finish = resolve
  })
  const { commit } = counting(() => end)
  const settled: string[] = []
  const worked: string[] = []
  const writes = [
    commit.run(async () => worked.push('stored')).then(() => settled.push('stored')),
    commit.run(() => Promise.reject(new Error(`${worked.push('refused')}`))).catch(() => settled.push('refused')),
  ]
  while (worked.length < 2) await new Promise((resolve) => setImmediate(resolve))
  for (const _ of numbers(20)) await new Promise((resolve) => setImmediate(resolve))
  expect(settled).toEqual([])
  finish()
  await Promise.all(writes)
  expect(settled).toEqual(['stored', 'refused'])
})

it('rejects all writes of a transaction that fails, and goes on with the next', async () => {
  let failures = 1
  const { commit } = counting(async () => {
    failures -= 1
    if (failures >= 0) throw new DatabaseUnavailable('the disk is full')
  })
  const broken = [commit.run(async () => 1), commit.run(() => Promise.reject(new Error('refused')))]
  for (const result of await Promise.allSettled(broken)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { name: 'DatabaseUnavailable' } })
  }
  expect(await commit.run(async () => 2)).toBe(2)
})

it('waits for the lock of another process once, for everybody who comes meanwhile', async () => {
  let giveUp = () => {}
  const lock = new Promise<void>((_, reject) => {
    giveUp = () => reject(new DatabaseUnavailable('somebody holds the lock'))
  })
  let begun = 0
  const commit = new GroupCommit(async (work) => {
    begun += 1
    if (begun === 1) await lock
    return work(nothing)
  })
  const early = commit.run(async () => 1)
  while (begun === 0) await new Promise((resolve) => setImmediate(resolve))
  const late = commit.run(async () => 2)
  giveUp()
  for (const result of await Promise.allSettled([early, late])) {
    expect(result).toMatchObject({ status: 'rejected', reason: { name: 'DatabaseUnavailable' } })
  }
  expect(await commit.run(async () => 3)).toBe(3)
  expect(begun).toBe(2)
})

it('undoes what a failed write did, and keeps what its neighbours did', async () => {
  const { url, remove } = await createTestDatabase()
  const database = await openTranslationDatabase(url)
  onTestFinished(async () => {
    await database.close()
    await remove()
  })
  const insert = (value: string) => (sql: Sql) => sql.run('INSERT INTO "Text" ("value") VALUES (?)', value)
  const settled = await Promise.allSettled([
    database.write(insert('first')),
    database.write(async (sql) => {
      await insert('second')(sql)
      throw new Error('broken')
    }),
    database.write(insert('third')),
  ])
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  const rows = await database.all<{ value: string }>('SELECT "value" FROM "Text" ORDER BY "id"')
  expect(rows.map(({ value }) => value)).toEqual(['first', 'third'])
})
