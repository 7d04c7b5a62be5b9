import { createLogger } from '@meeshy/shared/logging'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { expect, it, onTestFinished, vi } from 'vitest'
import { type Priority, priorities } from '../store/priorities.js'
import { TranslationQueue } from './queue.js'

const log = createLogger({ service: 'test', level: 'fatal', directory: '' })
const { asked, live, visible, background } = priorities

/** A queue over a list of pending work; every translation waits until it is told to end. */
function queueOf(limit: number) {
  const pending = new Map<string, Priority>()
  const running = new Map<string, (retryAfterMs?: number) => void>()
  const started: string[] = []
  const failures: Error[] = []
  const queue = new TranslationQueue({
    limit,
    log,
    async listPending(count, except) {
      const failure = failures.shift()
      if (failure) throw failure
      const rows = [...pending].filter(([id]) => !except.has(id)).sort((a, b) => a[1] - b[1])
      return rows.slice(0, count).map(([messageId, priority]) => ({ messageId, priority }))
    },
    translate: (id) =>
      new Promise((resolve) => {
        started.push(id)
        running.set(id, (retryAfterMs) => {
          running.delete(id)
          if (retryAfterMs === undefined) pending.delete(id)
          resolve(retryAfterMs ?? null)
        })
      }),
  })
  const add = (id: string, priority: Priority = live) => {
    pending.set(id, Math.min(priority, pending.get(id) ?? background) as Priority)
    queue.add(id, priority)
  }
  const finish = (id: string, retryAfterMs?: number) => running.get(id)?.(retryAfterMs)
  return { queue, add, started, running, failures, finish }
}

it('runs four at once', async () => {
  const { add, started, finish } = queueOf(100)
  for (let index = 0; index < 10; index += 1) add(`m${index}`)
  expect(started).toEqual(['m0', 'm1', 'm2', 'm3'])
  finish('m1')
  await waitFor(() => started.length === 5, { what: 'the fifth' })
})

it('runs what is more urgent first, and a message that becomes so moves forward', async () => {
  const { add, started, running, finish } = queueOf(100)
  for (const id of ['m0', 'm1', 'm2', 'm3']) add(id)
  for (const [id, priority] of [
    ['b', background],
    ['v', visible],
    ['l', live],
    ['d', background],
  ] as const)
    add(id, priority)
  add('d', asked)
  add('l', background)
  await waitFor(
    () => {
      for (const id of [...running.keys()]) finish(id)
      return started.length === 8
    },
    { what: 'all' },
  )
  expect(started.slice(4)).toEqual(['d', 'l', 'v', 'b'])
})

it('runs a message again that got another language while it ran, also when it is full', async () => {
  const { queue, add, started, finish } = queueOf(2)
  queue.start()
  add('a')
  add('b')
  await waitFor(() => started.length === 2, { what: 'both' })
  add('a')
  finish('b')
  finish('a')
  await waitFor(() => started.length === 3, { what: 'the second run' })
  expect(started).toEqual(['a', 'b', 'a'])
})

it('fetches later what it has no room for', async () => {
  const { queue, add, started, running, finish } = queueOf(3)
  queue.start()
  for (let index = 0; index < 20; index += 1) add(`m${index}`)
  expect(queue.size).toBe(3)
  await waitFor(
    () => {
      for (const id of [...running.keys()]) finish(id)
      return new Set(started).size === 20
    },
    { what: 'all twenty' },
  )
  expect(queue.size).toBeLessThanOrEqual(3)
})

it('gives up the place of what is less urgent, and fetches that later', async () => {
  const { queue, add, started, running, finish } = queueOf(6)
  queue.start()
  for (const id of ['m0', 'm1', 'm2', 'm3']) add(id)
  add('v', visible)
  add('b', background)
  add('l', live)
  add('d', asked)
  add('late', background)
  expect(queue.size).toBe(6)
  await waitFor(
    () => {
      for (const id of [...running.keys()]) finish(id)
      return started.length === 9
    },
    { what: 'all nine' },
  )
  expect(started.slice(4)).toEqual(['d', 'l', 'v', 'b', 'late'])
})

it('asks the database again when it could not be asked', async () => {
  const { queue, add, started, failures } = queueOf(1)
  failures.push(new Error('busy'))
  queue.start()
  expect(started).toEqual([])
  add('a')
  await waitFor(() => started.length === 1, { what: 'the message' })
})

it('holds one timer for a message that is tried again, and none once it closes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const { queue, add, started, finish } = queueOf(100)
  add('a')
  // Another language came while it ran: it runs at once, and that is its other attempt.
  add('a')
  finish('a', 60_000)
  await waitFor(() => started.length === 2, { what: 'the second run' })
  expect(vi.getTimerCount()).toBe(0)
  finish('a', 60_000)
  await waitFor(() => vi.getTimerCount() === 1, { what: 'the pause' })
  add('a')
  expect(started).toHaveLength(2)
  add('a', asked)
  expect(started).toHaveLength(3)
  expect(vi.getTimerCount()).toBe(0)
  finish('a', 60_000)
  await waitFor(() => vi.getTimerCount() === 1, { what: 'the next pause' })
  vi.advanceTimersByTime(60_000)
  expect(started).toHaveLength(4)
  finish('a', 60_000)
  await waitFor(() => vi.getTimerCount() === 1, { what: 'the last pause' })
  await queue.close()
  expect(vi.getTimerCount()).toBe(0)
})

it('starts nothing any more once it closes', async () => {
  const { queue, add, started, finish } = queueOf(100)
  for (let index = 0; index < 6; index += 1) add(`m${index}`)
  const closed = queue.close()
  for (const id of ['m0', 'm1', 'm2', 'm3']) finish(id)
  await closed
  expect(started).toHaveLength(4)
})
