import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { type ContractTest, draft } from './contract-test.js'

/** Single messages, and the history. */
export function readContract(test: ContractTest): void {
  it('reads a message, and says not_found for one that is not there', async () => {
    const { message, readerId } = await test.createMessage()
    const read = await test.client.read({ messageId: message.id, userId: readerId })
    expect(read).toMatchObject({ id: message.id, content: message.content, seq: 1 })
    await expect(test.client.read({ messageId: randomUUID(), userId: readerId })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('pages through the history in both directions', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    for (let count = 0; count < 7; count += 1) await test.client.create(draft(conversationId, memberIds[0]))
    const page = async (range: { before?: number; after?: number }) => {
      const { messages, hasMore } = await test.client.list({ conversationId, userId: memberIds[1], limit: 3, ...range })
      return { seqs: messages.map(({ seq }) => seq), hasMore }
    }
    expect(await page({})).toEqual({ seqs: [5, 6, 7], hasMore: true })
    expect(await page({ before: 5 })).toEqual({ seqs: [2, 3, 4], hasMore: true })
    expect(await page({ before: 2 })).toEqual({ seqs: [1], hasMore: false })
    expect(await page({ after: 2 })).toEqual({ seqs: [3, 4, 5], hasMore: true })
    expect(await page({ after: 5 })).toEqual({ seqs: [6, 7], hasMore: false })
    expect(await page({ after: 7 })).toEqual({ seqs: [], hasMore: false })
  })

  it.each([{ limit: 0 }, { limit: 201 }, { before: 5, after: 2 }])('refuses a page of %o', async (range) => {
    const { conversationId, memberIds } = await test.createRoom()
    const request = { conversationId, userId: memberIds[0], ...range }
    await expect(test.client.list(request)).rejects.toMatchObject({ code: 'bad_request' })
  })
}
