import { expect, it } from 'vitest'
import { GroupCommit } from './group-commit.js'

/** Counts transactions; a transaction takes a turn of the event loop, as a real one does. */
function counting() {
  const transactions: number[] = []
  const commit = new GroupCommit<object>(async (work) => {
    transactions.push(0)
    await new Promise((resolve) => setImmediate(resolve))
    return work({})
  })
  return { commit, transactions }
}

it('puts writes that come together into one transaction, and answers each with its own result', async () => {
  const { commit, transactions } = counting()
  const results = await Promise.all(Array.from({ length: 50 }, (_, index) => commit.run(async () => index)))
  expect(results).toEqual(Array.from({ length: 50 }, (_, index) => index))
  expect(transactions).toHaveLength(1)
})

it('takes at most 64 into one transaction', async () => {
  const { commit, transactions } = counting()
  await Promise.all(Array.from({ length: 130 }, () => commit.run(async () => undefined)))
  expect(transactions).toHaveLength(3)
})

it('runs the neighbours of a failed write again, and rejects only the failed one', async () => {
  const { commit } = counting()
  const settled = await Promise.allSettled([
    commit.run(async () => 'first'),
    commit.run(async () => Promise.reject(new Error('broken'))),
    commit.run(async () => 'third'),
  ])
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})
