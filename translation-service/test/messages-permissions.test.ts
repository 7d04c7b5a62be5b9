import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openRoom, type Room } from './open-room.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService

beforeAll(async () => {
  test = await TestService.start({ models: [fakeModel().model] })
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => test.close())

/** A room in which the first member has written. */
async function openWritten(): Promise<Room & { messageId: string }> {
  const room = await openRoom(test, { reads: 'fr' })
  return Object.assign(room, { messageId: (await room.send('Bonjour')).id })
}

/** Lets something happen after the first check of a call, before its transaction begins. */
function beforeWrite(happening: () => Promise<unknown>): void {
  const { database } = test.service.context
  const write = database.write
  vi.spyOn(database, 'write').mockImplementationOnce(async (work) => {
    await happening()
    return write(work)
  })
}

describe('a member who is removed between the check and the commit', () => {
  type Write = (room: Room & { messageId: string }) => Promise<unknown>
  const writes: Array<[string, Write]> = [
    ['cannot send', (room) => room.send('Encore')],
    ['cannot edit', (room) => room.edit(room.messageId, 'Encore')],
    ['cannot delete', (room) => room.remove(room.messageId)],
    [
      'cannot move a mark',
      ({ conversationId, senderId }) => test.client.markAsRead({ conversationId, userId: senderId, seq: 1 }),
    ],
  ]

  it.each(writes)('%s', async (_, write) => {
    const room = await openWritten()
    beforeWrite(() => room.leave(room.senderId))
    await expect(write(room)).rejects.toMatchObject({ code: 'not_found' })
    expect(await test.people.message.findMany({ where: { conversationId: room.conversationId } })).toMatchObject([
      { revision: 1, deletedAt: null },
    ])
    expect(await test.people.messageEvent.count({ where: { conversationId: room.conversationId } })).toBe(1)
  })

  it.each(writes)('%s when it is their account that goes', async (_, write) => {
    const room = await openWritten()
    const deactivation = { where: { id: room.senderId }, data: { deactivatedAt: new Date() } }
    beforeWrite(() => test.people.user.update(deactivation))
    await expect(write(room)).rejects.toMatchObject({ code: 'not_found' })
    expect(await test.people.messageEvent.count({ where: { conversationId: room.conversationId } })).toBe(1)
  })

  it('cannot send into a conversation that goes', async () => {
    const room = await openWritten()
    beforeWrite(() => test.people.conversation.delete({ where: { id: room.conversationId } }))
    await expect(room.send('Encore')).rejects.toMatchObject({ code: 'not_found' })
    await expect(room.send('Encore')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('cannot delete what others wrote once they are no moderator', async () => {
    const room = await openRoom(test, { reads: 'fr', role: 'moderator' })
    const { id: messageId } = await room.send('Bonjour')
    const userId = room.readerId
    const key = { conversationId_userId: { conversationId: room.conversationId, userId } }
    beforeWrite(() => test.people.conversationMember.update({ where: key, data: { role: 'member' } }))
    await expect(test.client.remove({ messageId, userId })).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('a block', () => {
  const directions = [
    ['by the other', (room: Room) => ({ blockerId: room.readerId, blockedId: room.senderId })],
    ['of the other', (room: Room) => ({ blockerId: room.senderId, blockedId: room.readerId })],
  ] as const

  it.each(directions)('%s stops what is written to each other, and nothing else', async (_, blockOf) => {
    const room = await openWritten()
    await test.people.conversation.update({ where: { id: room.conversationId }, data: { type: 'direct' } })
    beforeWrite(() => test.people.block.create({ data: blockOf(room) }))
    const refused = { code: 'forbidden', detail: 'You cannot write to each other any more.' }
    await expect(room.send('Encore')).rejects.toMatchObject(refused)
    await expect(room.edit(room.messageId, 'Encore')).rejects.toMatchObject(refused)
    await expect(room.send('Moi aussi', 'fr', room.readerId)).rejects.toMatchObject(refused)
    expect(await room.look()).toMatchObject([{ content: 'Bonjour', revision: 1 }])
    expect(await room.remove(room.messageId)).toMatchObject({ content: '' })
  })

  it.each(directions)('%s stops nothing in a group', async (_, blockOf) => {
    const room = await openWritten()
    await test.people.block.create({ data: blockOf(room) })
    expect(await room.send('Encore')).toMatchObject({ seq: 2 })
    expect(await room.edit(room.messageId, 'Bonsoir')).toMatchObject({ changed: true })
  })
})
