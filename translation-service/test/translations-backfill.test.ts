import { DatabaseUnavailable } from '@meeshy/shared/database/sql'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FakeTranslator } from '../src/inference/testing/fake-translator.js'
import { priorities } from '../src/store/priorities.js'
import { openRoom, type Room } from './open-room.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService
let translator: FakeTranslator

beforeEach(async () => {
  const fake = fakeModel()
  translator = fake.translator
  test = await TestService.start({ models: [fake.model] })
})
afterEach(() => test.close())

/** A room of people who read French, with so many messages; then the others change to English. */
async function openHistory(count: number, readers = 1): Promise<Room> {
  const room = await openRoom(test, ...Array(readers).fill({ reads: 'fr' }))
  for (let first = 1; first <= count; first += 100) {
    const some = Array.from({ length: Math.min(100, count - first + 1) }, (_, index) => `Message ${first + index}`)
    await Promise.all(some.map((text) => room.send(text)))
  }
  for (const id of room.memberIds.slice(1)) await room.prefer(id, 'en')
  return room
}

const translated = ({ conversationId }: Room) =>
  test.people.messageTranslation.count({ where: { message: { conversationId }, status: 'ready' } })

const all = (room: Room, count: number) =>
  waitFor(async () => (await translated(room)) === count, { what: `${count} translations`, timeoutMs: 25_000 })

describe('after a look at a page, the older ones', () => {
  it('become ready too, the newest first', async () => {
    const room = await openHistory(45)
    const seen = (await room.look({ limit: 5 })).map(({ content }) => content)
    await all(room, 45)
    const older = (await room.look({ before: 41, limit: 40 })).map(({ content }) => content)
    expect(translator.requests.map(({ text }) => text)).toEqual([...older, ...seen].reverse())
  })

  it('are left to the next looks beyond the last 500', { timeout: 60_000 }, async () => {
    const room = await openHistory(530)
    const another = await openHistory(10)
    await room.look({ limit: 5 })
    await all(room, 505)
    // This one has its turn after the first has had another one, if it took it.
    await another.look({ limit: 5 })
    await all(another, 10)
    expect(await translated(room)).toBe(505)
    expect(await test.people.messageTranslation.count({ where: { status: 'pending' } })).toBe(0)
  })

  it('leave no trace in the database before their turn, which is when little else waits', async () => {
    const room = await openHistory(10)
    const live = await openRoom(test, { reads: 'de' })
    translator.block()
    for (let index = 1; index <= 10; index += 1) await live.send(`Nouveau ${index}`)
    const looks = vi.spyOn(test.service.context.queue, 'size', 'get')
    await room.look({ limit: 1 })
    const before = looks.mock.calls.length
    await waitFor(() => looks.mock.calls.length >= before + 3, { what: 'three looks at the queue' })
    const background = { where: { priority: priorities.background } }
    expect(await test.people.messageTranslation.count(background)).toBe(0)
    translator.release()
    await all(room, 10)
    expect(await test.people.messageTranslation.count(background)).toBe(9)
  })

  it('cause no work for somebody who has left, and do for the next who reads their language', async () => {
    const room = await openHistory(30, 2)
    const live = await openRoom(test, { reads: 'de' })
    translator.block()
    for (let index = 1; index <= 10; index += 1) await live.send(`Nouveau ${index}`)
    await room.look({ limit: 1 })
    const [, leaving = '', staying = ''] = room.memberIds
    await room.leave(leaving)
    await room.prefer(staying, 'fr')
    const members = vi.spyOn(test.service.context.database, 'get')
    translator.release()
    const asked = () =>
      members.mock.calls.some(([statement, , userId]) => isMembership(statement) && userId === leaving)
    await waitFor(asked, { what: 'the turn of the one who has left' })
    await waitFor(() => test.service.context.queue.size === 0, { what: 'an empty queue' })
    expect(await test.people.messageTranslation.count({ where: { language: 'en' } })).toBe(0)

    await room.prefer(staying, 'en')
    await room.look({ limit: 1 }, staying)
    await all(room, 30)
  })

  it('are given up when the database cannot be used, and begun again by the next look', async () => {
    const room = await openHistory(30)
    const { database } = test.service.context
    await room.look({ limit: 1 })
    const failing = vi.spyOn(database, 'write').mockRejectedValue(new DatabaseUnavailable('busy'))
    await waitFor(() => failing.mock.calls.length > 0, { what: 'the failure' })
    failing.mockRestore()
    await room.look({ limit: 1 })
    await all(room, 30)
  })
})

const isMembership = (statement: string) => statement.includes('"ConversationMember"')
