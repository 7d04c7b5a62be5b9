import { expect, it } from 'vitest'
import { type ContractTest, draft } from './contract-test.js'

/** How far people have read. */
export function marksContract(test: ContractTest): void {
  /** Four messages of the second member, nothing of them read by the first. */
  async function createMessages() {
    const { conversationId, memberIds, ...rest } = await test.createRoom()
    const [readerId, authorId] = memberIds
    const messageIds: string[] = []
    for (let count = 0; count < 4; count += 1) {
      messageIds.push((await test.client.create(draft(conversationId, authorId))).message.id)
    }
    return { ...rest, conversationId, readerId, authorId, messageIds }
  }

  it('move forward, by number and by message, and tell how much is unread', async () => {
    const { conversationId, readerId: userId, messageIds } = await createMessages()
    expect(await test.client.markAsRead({ conversationId, userId, seq: 2 })).toEqual({
      conversationId,
      seq: 2,
      moved: true,
      unreadCount: 2,
    })
    const byMessage = { conversationId: '', userId, messageId: messageIds[2] as string }
    expect(await test.client.markAsRead(byMessage)).toEqual({ conversationId, seq: 3, moved: true, unreadCount: 1 })
  })

  it('do not move backwards, nor for what is read already', async () => {
    const { conversationId, readerId: userId, messageIds } = await createMessages()
    await test.client.markAsRead({ conversationId, userId, seq: 3 })
    const stays = { conversationId, seq: 3, moved: false, unreadCount: 1 }
    expect(await test.client.markAsRead({ conversationId, userId, seq: 3 })).toEqual(stays)
    expect(await test.client.markAsRead({ conversationId, userId, seq: 1 })).toEqual(stays)
    expect(await test.client.markAsRead({ conversationId, userId, messageId: messageIds[0] as string })).toEqual(stays)
  })

  it('stop at the last message', async () => {
    const { conversationId, readerId: userId, authorId } = await createMessages()
    const end = { conversationId, seq: 4, moved: true, unreadCount: 0 }
    expect(await test.client.markAsRead({ conversationId, userId, seq: 1000 })).toEqual(end)
    await test.client.create(draft(conversationId, authorId))
    expect(await test.client.markAsRead({ conversationId, userId, seq: 4 })).toMatchObject({ unreadCount: 1 })
  })

  it('have nowhere to go in an empty conversation', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    expect(await test.client.markAsRead({ conversationId, userId: memberIds[0], seq: 5 })).toEqual({
      conversationId,
      seq: 0,
      moved: false,
      unreadCount: 0,
    })
  })

  it('move for the writer of a message', async () => {
    const { conversationId, readerId, authorId } = await createMessages()
    expect(await test.client.markAsRead({ conversationId, userId: authorId, seq: 4 })).toMatchObject({ moved: false })
    await test.client.create(draft(conversationId, readerId))
    const markedSeq = async (userId: string) =>
      (await test.client.summarise({ conversationIds: [conversationId], userId }))[0]?.readSeq
    expect([await markedSeq(readerId), await markedSeq(authorId)]).toEqual([5, 4])
  })

  it('need a number or a message, and not both', async () => {
    const { conversationId, readerId: userId, messageIds } = await createMessages()
    const messageId = messageIds[0] as string
    for (const place of [{}, { seq: 1, messageId }]) {
      const request = { conversationId, userId, ...place }
      await expect(test.client.markAsRead(request)).rejects.toMatchObject({ code: 'bad_request' })
    }
  })
}
