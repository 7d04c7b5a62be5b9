import { expect, it } from 'vitest'
import { type ContractTest, draft, oneTo } from './contract-test.js'

/** What was missed in one conversation. */
export function eventsContract(test: ContractTest): void {
  it('come page by page, in order, each once', async () => {
    const { conversationId, memberIds, moderatorId: userId } = await test.createRoom()
    for (let count = 0; count < 5; count += 1) await test.client.create(draft(conversationId, memberIds[1]))
    const seqs: number[] = []
    const news: number[] = []
    let page = await test.client.events({ conversationId, userId, afterEventSeq: 0, limit: 2 })
    for (let pages = 1; ; pages += 1) {
      expect(page.events.length).toBeLessThanOrEqual(2)
      seqs.push(...page.events.map(({ eventSeq }) => eventSeq))
      news.push(...page.events.filter(({ type }) => type === 'new').map(({ message }) => message?.seq ?? 0))
      if (!page.hasMore) break
      expect(pages).toBeLessThan(20)
      page = await test.client.events({ conversationId, userId, afterEventSeq: page.lastEventSeq, limit: 2 })
    }
    expect(news).toEqual(oneTo(5))
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    const last = await test.client.events({ conversationId, userId, afterEventSeq: seqs.at(-1) ?? 0 })
    expect(last).toMatchObject({ events: [], hasMore: false })
    expect(last.resyncReason).toBeUndefined()
  })

  it('leave out translations that the user does not read', async () => {
    const { conversationId, message, authorId, readerId } = await test.createMessage()
    for (const targetLanguage of ['de', 'fr']) {
      await test.client.translateMessage({ messageId: message.id, userId: readerId, targetLanguage })
    }
    const languagesFor = async (userId: string) => {
      const { events } = await test.client.events({ conversationId, userId, afterEventSeq: 0 })
      return events.filter(({ type }) => type === 'translated').map(({ language }) => language)
    }
    expect(await languagesFor(readerId)).toEqual(['fr'])
    expect(await languagesFor(authorId)).toEqual([])
  })

  it('show the message as it is now', async () => {
    const { conversationId, message, authorId, moderatorId: userId } = await test.createMessage()
    await test.client.update({ messageId: message.id, userId: authorId, content: 'Good evening' })
    const { events } = await test.client.events({ conversationId, userId, afterEventSeq: 0, limit: 1 })
    expect(events).toMatchObject([{ type: 'new', revision: 1, message: { content: 'Good evening', revision: 2 } }])
  })

  it.each([
    ['beyond the last event', 1000],
    ['before all events', -1],
  ])('cannot be told from a place %s', async (_, afterEventSeq) => {
    const { conversationId, moderatorId: userId } = await test.createMessage()
    const lost = await test.client.events({ conversationId, userId, afterEventSeq })
    expect(lost).toMatchObject({ events: [], hasMore: false, resyncReason: 'unknown_position' })
    // The place that it names is one to go on from.
    const next = await test.client.events({ conversationId, userId, afterEventSeq: lost.lastEventSeq })
    expect(next.resyncReason).toBeUndefined()
    expect(next.events.filter(({ type }) => type === 'new')).toEqual([])
  })

  it('are none where nothing has happened', async () => {
    const { conversationId, moderatorId: userId } = await test.createRoom()
    const answer = await test.client.events({ conversationId, userId, afterEventSeq: 0 })
    expect(answer).toEqual({ events: [], lastEventSeq: 0, hasMore: false })
  })

  it.each([0, 201])('do not come in pages of %i', async (limit) => {
    const { conversationId, moderatorId: userId } = await test.createRoom()
    const request = { conversationId, userId, afterEventSeq: 0, limit }
    await expect(test.client.events(request)).rejects.toMatchObject({ code: 'bad_request' })
  })
}
