import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openRoom, type Room } from './open-room.js'
import { recordWrites } from './record-writes.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService

beforeAll(async () => {
  test = await TestService.start({ models: [fakeModel().model] })
})
afterAll(() => test.close())

function draft({ conversationId, senderId }: Room, content = `Bonjour ${newId()}`) {
  return { conversationId, senderId, content, clientMessageId: newId(), originalLanguage: 'fr' }
}

describe('under many senders', () => {
  it('numbers densely, loses nothing, and keeps a failed write from harming its neighbours', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    const first = draft(room)
    await test.client.create(first)
    const reused = { ...first, content: 'Autre chose' }
    const attempts = Array.from({ length: 200 }, (_, index) =>
      test.client.create(
        index % 10 === 0 ? reused : { ...draft(room), senderId: room.memberIds[index % 2] ?? room.senderId },
      ),
    )
    const settled = await Promise.allSettled(attempts)
    const seqs = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.message.seq] : []))
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(20)
    expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: 180 }, (_, index) => index + 2))
    const stored = await test.people.message.findMany({ where: { conversationId: room.conversationId } })
    expect(stored).toHaveLength(181)
  })

  it('writes in many conversations at once', async () => {
    const rooms = await Promise.all(Array.from({ length: 10 }, () => test.createRoom([{ reads: 'fr' }])))
    const messages = rooms.flatMap(({ conversationId, memberIds }) =>
      Array.from({ length: 20 }, () => ({ conversationId, senderId: memberIds[0] ?? '' })),
    )
    const answers = await Promise.all(
      messages.map((place) => test.client.create({ ...place, content: 'Bonjour', clientMessageId: newId() })),
    )
    for (const { conversationId } of rooms) {
      const seqs = answers.filter(({ message }) => message.conversationId === conversationId)
      expect(seqs.map(({ message }) => message.seq).sort((a, b) => a - b)).toEqual(
        [...Array(20).keys()].map((n) => n + 1),
      )
    }
  })
})

describe('a clientMessageId', () => {
  it('belongs to one conversation', async () => {
    const here = await openRoom(test, { reads: 'fr' })
    const { conversationId } = await test.createRoom([{ reads: 'fr' }])
    await test.people.conversationMember.create({ data: { conversationId, userId: here.senderId } })
    const message = draft(here)
    await test.client.create(message)
    await expect(test.client.create({ ...message, conversationId })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    })
  })

  it('belongs to its text after a restart, too', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    const message = draft(room)
    const { message: stored } = await test.client.create(message)
    await test.restart({ models: [fakeModel().model] })
    expect(await test.client.create(message)).toMatchObject({ created: false, message: { id: stored.id } })
    await expect(test.client.create({ ...message, content: 'Autre chose' })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    })
  })

  it('finds its message when the sender has been blocked meanwhile, but stores no other', async () => {
    const room = await openDirect()
    const message = draft(room)
    const { message: stored } = await test.client.create(message)
    await test.people.block.create({ data: { blockerId: room.readerId, blockedId: room.senderId } })
    expect(await test.client.create(message)).toMatchObject({ created: false, message: { id: stored.id } })
    await expect(test.client.create(draft(room))).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('a message is stored with all that belongs to it, in one write', () => {
  it('number, event, pending languages and the mark of its sender', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { database, queue } = test.service.context
    const writes = recordWrites(database)
    // Nobody takes it up: what is there now is what a crash after the answer would leave.
    const queued = vi.spyOn(queue, 'add').mockReturnValue()
    const { id: messageId } = await room.send('Bonjour tout le monde !')
    vi.restoreAllMocks()
    expect(queued).toHaveBeenCalledTimes(1)
    expect(await room.rows(messageId)).toMatchObject([{ language: 'en', status: 'pending', priority: 1 }])
    const { conversationId, senderId: userId } = room
    const where = { conversationId }
    expect(await test.people.messageEvent.findMany({ where })).toMatchObject([
      { messageId, eventSeq: 1, type: 'new', revision: 1 },
    ])
    expect(await test.people.messageReadStatus.findMany({ where })).toMatchObject([{ userId, seq: 1 }])
    const tables = ['ConversationState', 'Text', 'Message', 'MessageTranslation', 'MessageEvent', 'MessageReadStatus']
    expect(writes.filter((write) => write.has('Message'))).toEqual([new Set(tables)])
  })
})

/** A direct conversation. */
async function openDirect(): Promise<Room> {
  const room = await openRoom(test, { reads: 'fr' })
  await test.people.conversation.update({ where: { id: room.conversationId }, data: { type: 'direct' } })
  return room
}

it('the database itself takes no second message with the same number, or of the same sender with the same id', async () => {
  const room = await openRoom(test, { reads: 'fr' })
  const { message } = await test.client.create(draft(room))
  const row = await test.people.message.findUniqueOrThrow({ where: { id: message.id } })
  const twice = (changes: object) => test.people.message.create({ data: { ...row, id: newId(), ...changes } })
  await expect(twice({ seq: 2 })).rejects.toMatchObject({ code: 'P2002' })
  await expect(twice({ clientMessageId: newId() })).rejects.toMatchObject({ code: 'P2002' })
  const { conversationId } = row
  const event = await test.people.messageEvent.findFirstOrThrow({ where: { conversationId } })
  await expect(test.people.messageEvent.create({ data: { ...event, id: event.id + 1000 } })).rejects.toMatchObject({
    code: 'P2002',
  })
})
