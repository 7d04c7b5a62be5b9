import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openRoom, type Room } from './open-room.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService

beforeAll(async () => {
  test = await TestService.start({ models: [fakeModel().model] })
})
afterAll(() => test.close())

async function summariesOf(userId: string, ...rooms: Room[]) {
  return test.client.summarise({ userId, conversationIds: rooms.map(({ conversationId }) => conversationId) })
}

it('show the last message as its reader sees it, in each conversation in its own language', async () => {
  const rooms = [await openRoom(test, { reads: 'en' }), await openRoom(test, { reads: 'en' })]
  const [first, second] = rooms as [Room, Room]
  const userId = first.readerId
  const membership = { conversationId: second.conversationId, userId, languageOverride: 'de' }
  await test.people.conversationMember.create({ data: membership })
  await first.send('Bonjour')
  await second.send('Bonsoir')
  await first.told(1)
  await second.told(2)
  const displays = (await summariesOf(userId, first, second)).map(({ lastMessage }) => lastMessage?.display)
  expect(displays).toEqual([
    { language: 'en', text: '[en] Bonjour', translated: true },
    { language: 'de', text: '[de] Bonsoir', translated: true },
  ])
  const [own] = await summariesOf(first.senderId, first)
  expect(own?.lastMessage?.display).toEqual({ language: 'fr', text: 'Bonjour', translated: false })
})

it('show the original while the translation is being made', async () => {
  await test.restart({ models: [] })
  const room = await openRoom(test, { reads: 'en' })
  await room.send('Bonjour')
  const [summary] = await summariesOf(room.readerId, room)
  expect(summary?.lastMessage?.display).toEqual({ language: 'fr', text: 'Bonjour', translated: false })
})

it('follow edits and deletions of the last message', async () => {
  const room = await openRoom(test, { reads: 'fr' })
  await room.send('Bonjour')
  const { id } = await room.send('Bonsoir')
  await room.edit(id, 'Bonne nuit')
  const [edited] = await summariesOf(room.readerId, room)
  expect(edited).toMatchObject({ lastSeq: 2, lastEventSeq: 3, unreadCount: 2 })
  expect(edited?.lastMessage).toMatchObject({ content: 'Bonne nuit', revision: 2 })
  await room.remove(id)
  const [deleted] = await summariesOf(room.readerId, room)
  expect(deleted).toMatchObject({ lastSeq: 2, lastEventSeq: 4, unreadCount: 2 })
  expect(deleted?.lastMessage).toMatchObject({ seq: 2, content: '', translations: [], display: null })
})

it('of two hundred conversations come at once', async () => {
  const { conversationId, memberIds } = await test.createRoom([{ reads: 'fr' }])
  const userId = memberIds[0] ?? ''
  const conversationIds = [conversationId]
  for (let count = 1; count < 200; count += 1) {
    const { conversationId } = await test.createRoom([])
    conversationIds.push(conversationId)
  }
  const data = conversationIds.slice(1).map((conversationId) => ({ conversationId, userId }))
  await test.people.conversationMember.createMany({ data })
  const summaries = await test.client.summarise({ userId, conversationIds, withReadMarks: true })
  expect(summaries.map((summary) => summary.conversationId)).toEqual(conversationIds)
})

it('never count less than nothing, whatever is written meanwhile', async () => {
  const room = await openRoom(test, { reads: 'fr' })
  await room.send('Bonjour')
  const { database } = test.service.context
  const all = database.all
  const spy = vi.spyOn(database, 'all').mockImplementation(async (statement, ...values) => {
    const rows = await all(statement, ...values)
    // Between the counters and whatever is read next.
    if (statement.includes('FROM "ConversationState" WHERE')) {
      spy.mockRestore()
      await room.send('Encore')
    }
    return rows as never
  })
  const [summary] = await summariesOf(room.senderId, room)
  expect(summary).toMatchObject({ lastSeq: 1, readSeq: 1, unreadCount: 0 })
  expect((await room.look()).length).toBe(2)
})
