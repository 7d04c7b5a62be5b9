import { createLogger } from '@meeshy/shared/logging'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { expect, it } from 'vitest'
import { TranslationQueue } from './queue.js'

const log = createLogger({ service: 'test', level: 'fatal', directory: '' })

/** A queue over a list of pending work; every translation waits until it is told to end. */
function queueOf(limit: number) {
  const pending = new Set<string>()
  const running = new Map<string, () => void>()
  const started: string[] = []
  const queue = new TranslationQueue({
    limit,
    log,
    listPending: async (count, except) => [...pending].filter((id) => !except.has(id)).slice(0, count),
    translate: (id) =>
      new Promise((resolve) => {
        started.push(id)
        running.set(id, () => {
          running.delete(id)
          pending.delete(id)
          resolve(null)
        })
      }),
  })
  const add = (id: string) => {
    pending.add(id)
    queue.add(id)
  }
  return { queue, add, started, running, finish: (id: string) => running.get(id)?.() }
}

it('runs four at once', async () => {
  const { add, started, finish } = queueOf(100)
  for (let index = 0; index < 10; index += 1) add(`m${index}`)
  expect(started).toEqual(['m0', 'm1', 'm2', 'm3'])
  finish('m1')
  await waitFor(() => started.length === 5, { what: 'the fifth' })
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
})

it('starts nothing any more once it closes', async () => {
  const { queue, add, started, finish } = queueOf(100)
  for (let index = 0; index < 6; index += 1) add(`m${index}`)
  const closed = queue.close()
  for (const id of ['m0', 'm1', 'm2', 'm3']) finish(id)
  await closed
  expect(started).toHaveLength(4)
})
