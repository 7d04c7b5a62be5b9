import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRoom, type Room } from './open-room.js'
import { fakeModel, type Person, TestService } from './start-service.js'

let test: TestService

beforeAll(async () => {
  test = await TestService.start({ models: [fakeModel().model] })
})
afterAll(() => test.close())

/** A room in which the sender has written so many messages. */
async function openWritten(count: number, ...others: Person[]): Promise<Room> {
  const room = await openRoom(test, ...others)
  for (let index = 1; index <= count; index += 1) await room.send(`Message ${index}`)
  return room
}

async function summaryOf({ conversationId }: Room, userId: string, withReadMarks = false) {
  const [summary] = await test.client.summarise({ conversationIds: [conversationId], userId, withReadMarks })
  return summary
}

const mark = ({ conversationId }: Room, userId: string, seq: number) =>
  test.client.markAsRead({ conversationId, userId, seq })

describe('a mark', () => {
  it('of somebody who joins late begins with the message before that', async () => {
    const room = await openWritten(5, { reads: 'fr' })
    const userId = await room.join({ reads: 'fr' })
    for (const index of [6, 7, 8]) await room.send(`Message ${index}`)
    expect(await summaryOf(room, userId)).toMatchObject({ lastSeq: 8, readSeq: 5, unreadCount: 3 })
    expect(await mark(room, userId, 3)).toMatchObject({ seq: 5, moved: false, unreadCount: 3 })
    expect(await mark(room, userId, 6)).toMatchObject({ seq: 6, moved: true, unreadCount: 2 })
  })

  it('of somebody who was there from the beginning begins before the first message', async () => {
    const room = await openWritten(3, { reads: 'fr' })
    expect(await summaryOf(room, room.readerId)).toMatchObject({ readSeq: 0, unreadCount: 3 })
    expect(await summaryOf(room, room.senderId)).toMatchObject({ readSeq: 3, unreadCount: 0 })
  })

  it('of somebody who comes back is where it was', async () => {
    const room = await openWritten(4, { reads: 'fr' })
    const userId = room.readerId
    await mark(room, userId, 2)
    await room.leave(userId)
    await test.people.conversationMember.create({ data: { conversationId: room.conversationId, userId } })
    expect(await summaryOf(room, userId)).toMatchObject({ readSeq: 2, unreadCount: 2 })
  })

  it('moves with the answer of its reader, past everything above', async () => {
    const room = await openWritten(3, { reads: 'fr' })
    await room.send('Bonjour', 'fr', room.readerId)
    expect(await summaryOf(room, room.readerId)).toMatchObject({ readSeq: 4, unreadCount: 0 })
    expect(await summaryOf(room, room.senderId)).toMatchObject({ readSeq: 3, unreadCount: 1 })
  })

  it('never moves backwards, however many calls come at once', async () => {
    const room = await openWritten(30, { reads: 'fr' })
    const seqs = Array.from({ length: 30 }, (_, index) => ((index * 7) % 30) + 1)
    const answers = await Promise.all(seqs.map((seq) => mark(room, room.readerId, seq)))
    for (const [index, { seq }] of answers.entries()) expect(seq).toBeGreaterThanOrEqual(seqs[index] ?? 0)
    const moved = answers.filter((answer) => answer.moved).map(({ seq }) => seq)
    expect(new Set(moved).size).toBe(moved.length)
    expect(Math.max(...moved)).toBe(30)
    expect(await summaryOf(room, room.readerId)).toMatchObject({ readSeq: 30, unreadCount: 0 })
  })

  it('is of the conversation of its message, and of no other', async () => {
    const [here, there] = [await openWritten(2, { reads: 'fr' }), await openWritten(2, { reads: 'fr' })]
    await test.people.conversationMember.create({
      data: { conversationId: there.conversationId, userId: here.readerId },
    })
    const { id: messageId } = await there.send('Message 3')
    const request = { userId: here.readerId, messageId }
    await expect(test.client.markAsRead({ ...request, conversationId: here.conversationId })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(
      test.client.markAsRead({ ...request, userId: here.senderId, conversationId: '' }),
    ).rejects.toMatchObject({ code: 'not_found' })
    const { conversationId } = there
    expect(await test.client.markAsRead({ ...request, conversationId })).toMatchObject({ conversationId, seq: 3 })
    expect(await summaryOf(here, here.readerId)).toMatchObject({ readSeq: 0 })
  })

  it('can be set by a message that was deleted', async () => {
    const room = await openWritten(2, { reads: 'fr' })
    const [, last] = await room.look()
    const messageId = last?.id ?? ''
    await room.remove(messageId)
    const { conversationId, readerId: userId } = room
    expect(await test.client.markAsRead({ conversationId, userId, messageId })).toMatchObject({
      seq: 2,
      unreadCount: 0,
    })
  })
})

describe('the marks of others', () => {
  it('are those of the current members, the latest movements first', async () => {
    const room = await openWritten(5, { reads: 'fr' }, { reads: 'fr' }, { reads: 'fr' })
    const [sender = '', first = '', second = '', gone = ''] = room.memberIds
    await mark(room, first, 2)
    await mark(room, gone, 4)
    await mark(room, second, 3)
    // Two movements of one millisecond have no order.
    for (const [index, userId] of [sender, first, gone, second].entries()) {
      const updatedAt = new Date(Date.now() + index)
      await test.people.messageReadStatus.updateMany({ where: { userId }, data: { updatedAt } })
    }
    await room.leave(gone)
    const marks = (await summaryOf(room, first, true))?.readMarks ?? []
    expect(marks.map(({ userId, seq }) => [userId, seq])).toEqual([
      [second, 3],
      [first, 2],
      [sender, 5],
    ])
    expect(marks.map(({ updatedAt }) => Date.parse(updatedAt)).every(Number.isFinite)).toBe(true)
    expect((await summaryOf(room, first))?.readMarks).toEqual([])
  })
})
