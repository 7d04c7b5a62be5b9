import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { Feed } from './feed.js'

const reads = { all: async () => [], get: async () => undefined }

it('keeps nothing of waits that have ended, however many there were', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const feed = new Feed(reads, 'epoch')
  const { signal } = new AbortController()
  const wait = async (times: number) => {
    for (let count = 0; count < times; count += 1) {
      const waiting = feed.changeSince(feed.version, signal)
      feed.notify()
      await waiting
    }
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = await wait(10_000)
  expect((await wait(200_000)) - before).toBeLessThan(8 * 1024 * 1024)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('ends a wait when something has happened, when its signal aborts and when the feed closes', async () => {
  const feed = new Feed(reads, 'epoch')
  const { version } = feed
  const caller = new AbortController()
  const waits = [feed.changeSince(version, caller.signal), feed.changeSince(version, new AbortController().signal)]
  caller.abort()
  await waits[0]
  expect(feed.version).toBe(version)
  feed.notify()
  await waits[1]
  await feed.changeSince(version, new AbortController().signal)
  const last = feed.changeSince(feed.version, new AbortController().signal)
  feed.close()
  await last
  await feed.changeSince(feed.version, new AbortController().signal)
})

it('ends a subscription whose next events were removed before it read them, so that the next one is told', async () => {
  const range = { removedTo: 0, id: 5 }
  const feed = new Feed({ all: async () => [], get: async <Row>() => ({ ...range }) as Row }, 'epoch')
  const stream = feed.subscribe('epoch/3', new AbortController().signal)
  expect((await stream.next()).value).toMatchObject({ cursor: 'epoch/3' })
  range.removedTo = 4
  expect(await stream.next()).toMatchObject({ done: true })
  const again = feed.subscribe('epoch/3', new AbortController().signal)
  expect((await again.next()).value).toMatchObject({ cursor: 'epoch/5', resyncReason: 'retention' })
})
