import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { type ContractTest, draft } from './contract-test.js'

/** Where conversations stand. */
export function summariesContract(test: ContractTest): void {
  it('tell counters, marks and the last message', async () => {
    const { conversationId, moderatorId, ...room } = await test.createMessage()
    const { message } = await test.client.create(draft(conversationId, room.authorId))
    await test.client.markAsRead({ conversationId, userId: room.readerId, seq: 1 })
    const request = { conversationIds: [conversationId], userId: moderatorId, withReadMarks: true }
    const [summary] = await test.client.summarise(request)
    expect(summary).toMatchObject({
      ...{ conversationId, lastSeq: 2, readSeq: 0, unreadCount: 2, lastActivityAt: message.createdAt },
      lastMessage: { id: message.id, display: { language: 'en', text: message.content, translated: false } },
    })
    expect(summary?.lastEventSeq).toBeGreaterThanOrEqual(2)
    expect(new Map(summary?.readMarks.map(({ userId, seq }) => [userId, seq]))).toEqual(
      new Map([
        [room.readerId, 1],
        [room.authorId, 2],
      ]),
    )
    const [without] = await test.client.summarise({ ...request, withReadMarks: false })
    expect(without?.readMarks).toEqual([])
  })

  it('are the last numbers alone when no more is asked for', async () => {
    const { conversationId, authorId, readerId } = await test.createMessage()
    await test.client.create(draft(conversationId, authorId))
    const foreign = await test.createRoom()
    const conversationIds = [foreign.conversationId, conversationId]
    const [full] = await test.client.summarise({ conversationIds, userId: readerId })
    expect(await test.client.summarise({ conversationIds, userId: readerId, countersOnly: true })).toEqual([
      {
        ...{ conversationId, lastSeq: 2, lastEventSeq: full?.lastEventSeq, readSeq: 0, unreadCount: 0 },
        lastMessage: null,
        readMarks: [],
      },
    ])
  })

  it('count tombstones, which keep their place', async () => {
    const { conversationId, message, authorId, readerId } = await test.createMessage()
    await test.client.remove({ messageId: message.id, userId: authorId })
    const [summary] = await test.client.summarise({ conversationIds: [conversationId], userId: readerId })
    expect(summary).toMatchObject({ lastSeq: 1, unreadCount: 1, lastActivityAt: message.createdAt })
    expect(summary?.lastMessage).toMatchObject({ id: message.id, content: '', translations: [], display: null })
  })

  it('are zeros where nothing was written', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    const [summary] = await test.client.summarise({ conversationIds: [conversationId], userId: memberIds[0] })
    expect(summary).toEqual({
      ...{ conversationId, lastSeq: 0, lastEventSeq: 0, readSeq: 0, unreadCount: 0 },
      lastMessage: null,
      readMarks: [],
    })
  })

  it('come in the order asked for, without the conversations of others', async () => {
    const first = await test.createRoom()
    const [userId] = first.memberIds
    const [second, foreign] = [await test.createRoom(userId), await test.createRoom()]
    const [one, two, theirs] = [first.conversationId, second.conversationId, foreign.conversationId]
    for (const mine of [
      [one, two],
      [two, one],
    ]) {
      const [start = '', end = ''] = mine
      const summaries = await test.client.summarise({ conversationIds: [theirs, start, randomUUID(), end], userId })
      expect(summaries.map(({ conversationId }) => conversationId)).toEqual(mine)
    }
  })

  it.each([0, 201])('refuse %i conversations at once', async (count) => {
    const { memberIds } = await test.createRoom()
    const conversationIds = Array.from({ length: count }, () => randomUUID())
    const request = { conversationIds, userId: memberIds[0] }
    await expect(test.client.summarise(request)).rejects.toMatchObject({ code: 'bad_request' })
  })
}
