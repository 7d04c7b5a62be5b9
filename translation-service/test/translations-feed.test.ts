import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seeded } from '../src/translation/testing/seeded.js'
import { openRoom, subscribe } from './open-room.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService

beforeEach(async () => {
  test = await TestService.start({ models: [fakeModel().model] })
})
afterEach(() => test.close())

type Stream = Awaited<ReturnType<typeof subscribe>>

const placesOf = ({ batches }: Stream) =>
  batches.flatMap(({ events }) => events.map(({ conversationId, eventSeq }) => `${conversationId} ${eventSeq}`))

/** The whole log, in order. */
async function log(): Promise<string[]> {
  const rows = await test.people.messageEvent.findMany({ orderBy: { id: 'asc' } })
  return rows.map(({ conversationId, eventSeq }) => `${conversationId} ${eventSeq}`)
}

describe('the feed', () => {
  it('goes from what was missed to what happens without a gap, wherever a subscriber starts', async () => {
    const seed = Date.now()
    console.log(`seed ${seed}`)
    const random = seeded(seed)
    const rooms = await Promise.all(Array.from({ length: 4 }, () => openRoom(test, { reads: 'en' })))
    const whole = await subscribe(test)
    const subscribers: Stream[] = []
    const cursors: string[] = []
    for (let round = 0; round < 10; round += 1) {
      const sends = Array.from({ length: 100 }, (_, index) => rooms[index % 4]?.send(`Message ${round} ${index}`))
      const seen = whole.batches[random(whole.batches.length)]?.cursor ?? ''
      cursors.push(seen)
      subscribers.push(test.client.subscribe(seen))
      await Promise.all(sends)
    }
    await waitFor(() => placesOf(whole).length === 2_000, { what: '2,000 events' })
    const expected = await log()
    expect(placesOf(whole)).toEqual(expected)
    for (const [index, subscriber] of subscribers.entries()) {
      const missed = expected.slice(Number(cursors[index]?.split('/')[1]))
      await waitFor(() => placesOf(subscriber).length >= missed.length, { what: `subscriber ${index}` })
      expect(placesOf(subscriber)).toEqual(missed)
      expect(subscriber.error).toBeNull()
    }
  })

  it('brings many events in one piece', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    for (let hundreds = 0; hundreds < 4; hundreds += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => room.send(`Message ${hundreds} ${index}`)))
    }
    const late = await subscribe(test, `${test.service.context.feed.epoch}/0`)
    await waitFor(() => late.newsOf(room.conversationId).length === 400, { what: 'all messages' })
    expect(late.batches.map(({ events }) => events.length)).toEqual([0, 200, 200])
    expect(late.batches.map(({ cursor }) => Number(cursor.split('/')[1]))).toEqual([0, 200, 400])
  })

  it('brings any number of long messages in pieces that can be carried', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const long = '我们明天开会。'.repeat(500)
    for (let index = 0; index < 40; index += 1) await room.send(`${index} ${long}`, 'zh')
    const late = await subscribe(test, `${test.service.context.feed.epoch}/0`)
    await waitFor(() => late.newsOf(room.conversationId).length === 40, { what: 'all messages' })
    expect(late.error).toBeNull()
    const sizes = late.batches.map((batch) => JSON.stringify(batch).length)
    expect(Math.max(...sizes)).toBeLessThan(2 * 1024 * 1024)
  })
})

describe('a cursor that cannot be resumed starts at the present and says why', () => {
  it.each([
    ['unknown_position', 'of the future', (epoch: string) => `${epoch}/1000`],
    ['unknown_position', 'without a number', (epoch: string) => `${epoch}/`],
    ['unknown_position', 'with something else', (epoch: string) => `${epoch}/-1`],
    ['unknown_position', 'without an end', (epoch: string) => `${epoch}/${'9'.repeat(300)}`],
    ['epoch', 'of another database', () => 'another/1'],
    ['epoch', 'of nothing', () => '/'],
  ])('%s: %s', async (reason, _, cursorOf) => {
    const room = await openRoom(test, { reads: 'fr' })
    await room.send('Avant')
    const { epoch } = test.service.context.feed
    const stream = await subscribe(test, cursorOf(epoch))
    expect(stream.batches).toMatchObject([{ epoch, cursor: `${epoch}/1`, events: [], resyncReason: reason }])
    await room.send('Après')
    await waitFor(() => stream.newsOf(room.conversationId).length > 0, { what: 'the live event' })
    expect(stream.newsOf(room.conversationId).map(({ message }) => message?.content)).toEqual(['Après'])
  })

  it('retention: of events that were removed, and of no others', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    for (const text of ['Un', 'Deux', 'Trois']) await room.send(text)
    await test.people.messageEvent.deleteMany({ where: { id: { lte: 2 } } })
    await test.people.databaseInfo.update({ where: { id: 1 }, data: { eventsRemovedTo: 2 } })
    const { epoch } = test.service.context.feed
    const lost = await subscribe(test, `${epoch}/1`)
    expect(lost.batches).toMatchObject([{ cursor: `${epoch}/3`, resyncReason: 'retention' }])
    const kept = await subscribe(test, `${epoch}/2`)
    expect(kept.batches[0]?.resyncReason).toBeUndefined()
    await waitFor(() => kept.newsOf(room.conversationId).length === 1, { what: 'the third message' })
  })
})
