import { expect, it } from 'vitest'
import { type ContractTest, timestamp } from './contract-test.js'

/** A message becomes a tombstone that keeps its place. */
export function deleteContract(test: ContractTest): void {
  it('leaves a tombstone without a word, for everybody', async () => {
    const { conversationId, message, authorId, readerId } = await test.createMessage()
    const { id: messageId, seq, createdAt } = message
    await test.client.update({ messageId, userId: authorId, content: 'Good evening', originalLanguage: 'en' })
    await test.client.translateMessage({ messageId, userId: readerId, targetLanguage: 'fr' })
    const tombstone = await test.client.remove({ messageId, userId: authorId })
    const place = { id: messageId, seq, revision: 2, senderId: authorId, createdAt }
    const nothing = { content: '', translations: [], display: null }
    expect(tombstone).toMatchObject({ ...place, ...nothing })
    expect(tombstone.deletedAt).toMatch(timestamp)
    const read = await test.client.read({ messageId, userId: readerId, allTranslations: true })
    expect(read).toEqual(tombstone)
    expect((await test.client.list({ conversationId, userId: readerId })).messages).toEqual([tombstone])
  })

  it('is for moderators too, and for no other member', async () => {
    const { message, readerId, moderatorId } = await test.createMessage()
    const { id: messageId } = message
    await expect(test.client.remove({ messageId, userId: readerId })).rejects.toMatchObject({ code: 'forbidden' })
    expect((await test.client.remove({ messageId, userId: moderatorId })).deletedAt).toMatch(timestamp)
  })

  it('changes nothing the second time, and is told once', async () => {
    const room = await test.createMessage()
    const { id: messageId } = room.message
    const tombstone = await test.client.remove({ messageId, userId: room.authorId })
    expect(await test.client.remove({ messageId, userId: room.authorId })).toEqual(tombstone)
    expect(await test.client.remove({ messageId, userId: room.moderatorId })).toEqual(tombstone)
    const events = await test.messageEvents(room)
    expect(events.map(({ type, revision }) => [type, revision])).toEqual([
      ['new', 1],
      ['deleted', 1],
    ])
    expect(events[1]?.message).toEqual(tombstone)
  })

  it('answers a repeat of the send with the tombstone', async () => {
    const { conversationId, message, authorId: senderId } = await test.createMessage()
    const { id: messageId, clientMessageId, content } = message
    const tombstone = await test.client.remove({ messageId, userId: senderId })
    const repeat = await test.client.create({ conversationId, senderId, clientMessageId, content })
    expect(repeat).toEqual({ created: false, message: tombstone })
  })

  it('leaves nothing to translate', async () => {
    const { message, authorId, readerId } = await test.createMessage()
    await test.client.remove({ messageId: message.id, userId: authorId })
    const request = { messageId: message.id, userId: readerId, targetLanguage: 'fr' }
    await expect(test.client.translateMessage(request)).rejects.toMatchObject({ code: 'not_found' })
  })
}
