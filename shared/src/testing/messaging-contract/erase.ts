import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ContractTest } from './contract-test.js'

/** Only what is gone is erased. */
export function eraseContract(test: ContractTest): void {
  it('is refused for a conversation that exists', async () => {
    const { conversationId, message, readerId } = await test.createMessage()
    await expect(test.client.eraseConversation({ conversationId })).rejects.toMatchObject({ code: 'forbidden' })
    expect((await test.client.read({ messageId: message.id, userId: readerId })).content).toBe(message.content)
  })

  it('is refused for the messages of somebody whose account is active', async () => {
    const { message, authorId, readerId } = await test.createMessage()
    await expect(test.client.eraseUserMessages({ userId: authorId })).rejects.toMatchObject({ code: 'forbidden' })
    expect((await test.client.read({ messageId: message.id, userId: readerId })).content).toBe(message.content)
  })

  it('is promised for what does not exist, again and again', async () => {
    const [conversationId, userId] = [randomUUID(), randomUUID()]
    for (let count = 0; count < 2; count += 1) {
      expect(await test.client.eraseConversation({ conversationId })).toEqual({})
      expect(await test.client.eraseUserMessages({ userId })).toEqual({})
    }
  })
}
