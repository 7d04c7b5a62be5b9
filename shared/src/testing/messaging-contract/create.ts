import { expect, it } from 'vitest'
import { badContents, type ContractTest, draft, oneTo, timestamp } from './contract-test.js'

/** Messages are stored once, numbered, and as they were written. */
export function createContract(test: ContractTest): void {
  it('stores a message and tells every field of it', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    const request = draft(conversationId, memberIds[1])
    const { message, created } = await test.client.create(request)
    expect(created).toBe(true)
    expect(message).toMatchObject({ ...request, seq: 1, revision: 1, messageType: 'text', languageSource: 'client' })
    expect(message.createdAt).toMatch(timestamp)
    expect(message.deletedAt).toBeUndefined()
    expect(message.display).toEqual({ language: 'en', text: request.content, translated: false })
  })

  it('returns the same message for a repeat', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    const request = draft(conversationId, memberIds[0])
    const first = await test.client.create(request)
    const repeat = await test.client.create(request)
    expect(repeat.created).toBe(false)
    expect(repeat.message).toMatchObject({ id: first.message.id, seq: first.message.seq })
  })

  it('stores one message for many repeats at the same time', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    const request = draft(conversationId, memberIds[0])
    const answers = await Promise.all(Array.from({ length: 8 }, () => test.client.create(request)))
    expect(new Set(answers.map(({ message }) => message.id)).size).toBe(1)
    expect(answers.filter(({ created }) => created)).toHaveLength(1)
  })

  it('refuses other content under the same clientMessageId', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    const request = draft(conversationId, memberIds[0])
    await test.client.create(request)
    await expect(test.client.create({ ...request, content: 'Something else' })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    })
  })

  it('lets two people use the same clientMessageId', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    const request = draft(conversationId, memberIds[0])
    await test.client.create(request)
    expect((await test.client.create({ ...request, senderId: memberIds[1] })).created).toBe(true)
  })

  it('numbers the messages of a conversation densely, whoever sends', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    const senders = Array.from({ length: 12 }, (_, index) => memberIds[index % 2] as string)
    const answers = await Promise.all(senders.map((sender) => test.client.create(draft(conversationId, sender))))
    expect(answers.map(({ message }) => message.seq).sort((a, b) => a - b)).toEqual(oneTo(12))
  })

  it('returns content byte for byte', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    const content = ' é e\u0301 👩‍👩‍👧 \u202bשלום\u202c\r\n\t了解 '
    const { message } = await test.client.create({ ...draft(conversationId, memberIds[0]), content })
    expect(message.content).toBe(content)
  })

  it.each(badContents)('refuses content that is %s', async (_, content) => {
    const { conversationId, memberIds } = await test.createRoom()
    await expect(test.client.create({ ...draft(conversationId, memberIds[0]), content })).rejects.toMatchObject({
      code: 'content_invalid',
    })
  })

  it.each([
    ['conversationId', { conversationId: 'a room' }],
    ['conversationId', { conversationId: '' }],
    ['senderId', { senderId: 'x'.repeat(65) }],
    ['clientMessageId', { clientMessageId: 'é' }],
    ['replyToId', { replyToId: 'a/b' }],
  ])('refuses a bad %s', async (_, bad) => {
    const { conversationId, memberIds } = await test.createRoom()
    await expect(test.client.create({ ...draft(conversationId, memberIds[0]), ...bad })).rejects.toMatchObject({
      code: 'bad_request',
    })
  })

  it('makes a clientMessageId when there is none', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    const request = { ...draft(conversationId, memberIds[0]), clientMessageId: '' }
    const [first, second] = [await test.client.create(request), await test.client.create(request)]
    expect([first.created, second.created]).toEqual([true, true])
    expect(first.message.clientMessageId).toMatch(/^[\w.:-]{1,64}$/)
    expect(first.message.clientMessageId).not.toBe(second.message.clientMessageId)
  })

  it('answers only to messages of the same conversation', async () => {
    const { conversationId, authorId, message } = await test.createMessage()
    const elsewhere = await test.createMessage()
    const reply = { ...draft(conversationId, authorId), replyToId: message.id }
    expect((await test.client.create(reply)).message.replyToId).toBe(message.id)
    const wrong = { ...draft(conversationId, authorId), replyToId: elsewhere.message.id }
    await expect(test.client.create(wrong)).rejects.toMatchObject({ code: 'not_found' })
  })
}
