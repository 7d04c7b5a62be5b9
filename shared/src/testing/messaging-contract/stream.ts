import { expect, it } from 'vitest'
import { waitFor } from '../wait-for.js'
import { type ContractTest, draft, oneTo } from './contract-test.js'

/** The feed of everything that happens. */
export function streamContract(test: ContractTest): void {
  async function subscribe(cursor = '') {
    const stream = test.client.subscribe(cursor)
    await waitFor(() => stream.batches.length > 0, { what: 'the first batch' })
    return stream
  }

  it('starts without a cursor at the present, and says epoch and cursor at once', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    await test.client.create(draft(conversationId, memberIds[0]))
    const stream = await subscribe()
    expect(stream.batches[0]).toMatchObject({ epoch: expect.stringMatching(/./), cursor: expect.stringMatching(/./) })
    expect(stream.batches[0]?.resyncReason).toBeUndefined()
    const { message } = await test.client.create(draft(conversationId, memberIds[0]))
    await waitFor(() => stream.newsOf(conversationId).length > 0, { what: 'the live event' })
    stream.cancel()
    expect(stream.newsOf(conversationId).map((event) => event.message?.id)).toEqual([message.id])
  })

  it('brings what was missed since a cursor, then what happens, in dense order', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    const before = await subscribe()
    before.cancel()
    const sent: string[] = []
    const send = async () => {
      sent.push((await test.client.create(draft(conversationId, memberIds[0]))).message.id)
    }
    for (let count = 0; count < 5; count += 1) await send()
    const stream = test.client.subscribe(before.batches.at(-1)?.cursor ?? '')
    for (let count = 0; count < 5; count += 1) await send()
    await waitFor(() => stream.newsOf(conversationId).length >= 10, { what: 'ten events' })
    stream.cancel()
    expect(stream.newsOf(conversationId).map(({ message }) => message?.id)).toEqual(sent)
    const seqs = stream.eventsOf(conversationId).map(({ eventSeq }) => eventSeq)
    expect(seqs).toEqual(oneTo(seqs.length))
  })

  it('brings edits and deletions, each with the revision that it is about', async () => {
    const { conversationId, message, authorId: userId } = await test.createMessage()
    const stream = await subscribe()
    const eventsOf = (type: string) => stream.eventsOf(conversationId).filter((event) => event.type === type)
    await test.client.update({ messageId: message.id, userId, content: 'Good evening' })
    await waitFor(() => eventsOf('edited').length > 0, { what: 'the edit' })
    await test.client.remove({ messageId: message.id, userId })
    await waitFor(() => eventsOf('deleted').length > 0, { what: 'the deletion' })
    stream.cancel()
    const place = { id: message.id, seq: 1, revision: 2, display: null }
    expect(eventsOf('edited')).toMatchObject([{ revision: 2, message: { ...place, content: 'Good evening' } }])
    expect(eventsOf('deleted')).toMatchObject([{ revision: 2, message: { ...place, content: '', translations: [] } }])
  })

  it('brings a translation event with that translation only', async () => {
    const { conversationId, message, readerId: userId } = await test.createMessage()
    const stream = await subscribe()
    const translations = () => stream.eventsOf(conversationId).filter(({ type }) => type === 'translated')
    for (const targetLanguage of ['de', 'it']) {
      await test.client.translateMessage({ messageId: message.id, userId, targetLanguage })
    }
    const found = () => translations().filter(({ language }) => language !== 'fr')
    await waitFor(() => found().length >= 2, { what: 'both translations' })
    stream.cancel()
    expect(
      found().map((event) => [event.language, event.message?.translations.map(({ language }) => language)]),
    ).toEqual([
      ['de', ['de']],
      ['it', ['it']],
    ])
  })

  it('starts at the present for a cursor of another database, and says so', async () => {
    const { conversationId, memberIds } = await test.createRoom()
    await test.client.create(draft(conversationId, memberIds[0]))
    const stream = await subscribe('another-epoch/7')
    expect(stream.batches[0]?.resyncReason).toBe('epoch')
    const { message } = await test.client.create(draft(conversationId, memberIds[0]))
    await waitFor(() => stream.newsOf(conversationId).length > 0, { what: 'the live event' })
    stream.cancel()
    expect(stream.newsOf(conversationId).map((event) => event.message?.id)).toEqual([message.id])
  })
}
