import { createLogger } from '@meeshy/shared/logging'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { expect, it } from 'vitest'
import type { GatewayDatabase } from '../store/database.js'
import { FeedProgress } from './feed-progress.js'

const log = createLogger({ service: 'gateway', level: 'fatal', directory: '' })

/** A progress that writes every 5 ms; `write` stands for the database. */
function progressOver(write: (cursor: string) => Promise<void>, settled?: () => Promise<void>) {
  const feedCursor = { upsert: ({ update }: { update: { cursor: string } }) => write(update.cursor) }
  const database = { feedCursor } as unknown as GatewayDatabase
  return new FeedProgress({ database, log }, 5, settled)
}

const batch = (cursor: string) => ({ epoch: 'e', cursor, events: [] })

it('writes again after a failure, without waiting for another event', async () => {
  const written: string[] = []
  let failures = 2
  const progress = progressOver(async (cursor) => {
    if (failures-- > 0) throw new Error('busy')
    written.push(cursor)
  })
  progress.advance(batch('1'))
  await waitFor(() => written.length > 0, { what: 'the cursor to be written' })
  expect(written).toEqual(['e~1'])
  await progress.close()
  expect(written).toEqual(['e~1'])
})

it('writes one cursor after the other, the last one last', async () => {
  const written: string[] = []
  const waiting: Array<() => void> = []
  let running = 0
  let most = 0
  const progress = progressOver(async (cursor) => {
    running += 1
    most = Math.max(most, running)
    await new Promise<void>((resolve) => waiting.push(resolve))
    running -= 1
    written.push(cursor)
  })
  progress.advance(batch('1'))
  await waitFor(() => waiting.length === 1, { what: 'the first write' })
  progress.advance(batch('2'))
  await new Promise((resolve) => setTimeout(resolve, 30))
  const closing = progress.close()
  progress.advance(batch('3'))
  for (let done = 0; done < 2; done += 1) {
    await waitFor(() => waiting.length > 0, { what: 'a write' })
    waiting.shift()?.()
  }
  await closing
  expect(most).toBe(1)
  expect(written).toEqual(['e~1', 'e~3'])
})

it('writes a place only when what was begun before it is done, and not a later one with it', async () => {
  const written: string[] = []
  const done: Array<() => void> = []
  const progress = progressOver(
    async (cursor) => void written.push(cursor),
    () => new Promise<void>((resolve) => done.push(resolve)),
  )
  progress.advance(batch('1'))
  await waitFor(() => done.length === 1, { what: 'the first to be waited for' })
  progress.advance(batch('2'))
  expect(written).toEqual([])
  done[0]?.()
  await waitFor(() => done.length === 2, { what: 'the second to be waited for' })
  expect(written).toEqual(['e~1'])
  done[1]?.()
  await progress.close()
  expect(written).toEqual(['e~1', 'e~2'])
})
