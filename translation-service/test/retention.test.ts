import { dirname } from 'node:path'
import { databaseFile } from '@meeshy/shared/database/url'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room, subscribe } from './open-room.js'
import { searchFiles } from './search-files.js'
import { fakeModel, TestService } from './start-service.js'

const dayMs = 86_400_000
const retentionDays = 3

let test: TestService

beforeEach(async () => {
  const settings = { EVENT_RETENTION_DAYS: String(retentionDays) }
  test = await TestService.start({ models: [fakeModel().model] }, settings)
})
afterEach(() => test.close())

/** Makes the oldest events of the log older than they are, and starts again. */
async function letPass(room: Room, upToSeq: number, days: number): Promise<void> {
  await test.people.messageEvent.updateMany({
    where: { conversationId: room.conversationId, eventSeq: { lte: upToSeq } },
    data: { createdAt: new Date(Date.now() - days * dayMs) },
  })
  await test.restart({ models: [fakeModel().model] })
}

function eventsLeft(room: Room, count: number): Promise<void> {
  const counted = () => test.people.messageEvent.count({ where: { conversationId: room.conversationId } })
  return waitFor(async () => (await counted()) === count, { what: `${count} events` })
}

/** A room with this many events, and the cursor after each. */
async function talk(count: number) {
  const room = await openRoom(test)
  const stream = await subscribe(test)
  for (let sent = 1; sent <= count; sent += 1) {
    await room.send(`Message numéro ${sent}`)
    await waitFor(() => stream.newsOf(room.conversationId).length === sent, { what: 'the event' })
  }
  return { room, cursors: stream.batches.map(({ cursor }) => cursor) }
}

function missed({ conversationId, senderId }: Room, afterEventSeq: number) {
  return test.client.events({ conversationId, userId: senderId, afterEventSeq })
}

describe('events', () => {
  it('are gone when their time is over, and who has not read them is told to fetch anew', async () => {
    const { room, cursors } = await talk(5)
    await letPass(room, 3, retentionDays + 0.01)
    await eventsLeft(room, 2)

    const late = await subscribe(test, cursors[2])
    expect(late.batches).toMatchObject([{ cursor: cursors[5], events: [], resyncReason: 'retention' }])
    for (const seq of [0, 2]) {
      expect(await missed(room, seq)).toMatchObject({ events: [], lastEventSeq: 5, resyncReason: 'retention' })
    }

    const inTime = await subscribe(test, cursors[3])
    await waitFor(() => inTime.newsOf(room.conversationId).length === 2, { what: 'the events that were missed' })
    expect(inTime.batches[0]?.resyncReason).toBeUndefined()
    const { events, resyncReason } = await missed(room, 3)
    expect(events.map(({ eventSeq }) => eventSeq)).toEqual([4, 5])
    expect(resyncReason).toBeUndefined()
  })

  it('stay until then', async () => {
    const { room, cursors } = await talk(5)
    await letPass(room, 3, retentionDays - 0.01)
    // Housekeeping has looked when an older one is gone.
    await letPass(room, 1, retentionDays + 0.01)
    await eventsLeft(room, 4)
    const stream = await subscribe(test, cursors[1])
    expect(stream.batches[0]?.resyncReason).toBeUndefined()
  })

  it('go on at new positions when all are gone', async () => {
    const { room, cursors } = await talk(3)
    await letPass(room, 3, retentionDays + 1)
    await eventsLeft(room, 0)
    await test.restart({ models: [fakeModel().model] })

    const stream = await subscribe(test, cursors[3])
    expect(stream.batches).toMatchObject([{ cursor: cursors[3] }])
    expect(stream.batches[0]?.resyncReason).toBeUndefined()
    expect(await missed(room, 3)).toMatchObject({ events: [], lastEventSeq: 3, hasMore: false })
    await room.send('Encore un message')
    await waitFor(() => stream.newsOf(room.conversationId).length === 1, { what: 'the next event' })
    expect(stream.newsOf(room.conversationId)[0]).toMatchObject({ eventSeq: 4 })
    expect(positionOf(stream.batches.at(-1)?.cursor)).toBeGreaterThan(positionOf(cursors[3]))
  })
})

describe('the memory', () => {
  it('loses what has expired, words included, but not what a message shows', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const [shown, previewed] = ['zukanarishown', 'zukanaripre']
    const { id } = await room.send(`Bonjour ${shown}`)
    await room.told(1)
    await test.client.translate({ userId: room.senderId, text: `Bonjour ${previewed}`, source: 'fr', targets: ['en'] })
    const files = dirname(databaseFile(test.url))
    expect(await searchFiles(files, [previewed])).not.toEqual([])

    await test.people.translationMemory.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } })
    await test.restart({ models: [fakeModel().model] })
    const gone = async () => (await searchFiles(files, [previewed])).length === 0
    await waitFor(gone, { what: 'the preview to be gone' })
    expect(await test.people.translationMemory.count()).toBe(0)
    const read = () => test.client.read({ messageId: id, userId: room.readerId })
    expect((await read()).translations).toMatchObject([{ status: 'ready', text: `[en] Bonjour ${shown}` }])

    await room.remove(id)
    const allGone = async () => (await searchFiles(files, [shown])).length === 0
    await waitFor(allGone, { what: 'the translation to go with its message' })
  })
})

function positionOf(cursor = ''): number {
  return Number(cursor.split('/')[1])
}
