import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeTranslator } from '../src/inference/testing/fake-translator.js'
import { openRoom } from './open-room.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService
let translator: FakeTranslator

beforeEach(async () => {
  const fake = fakeModel()
  translator = fake.translator
  test = await TestService.start({ models: [fake.model] })
})
afterEach(() => test.close())

const text = 'Bonjour tout le monde !'

/** Every text in the database, but for what was overwritten. */
async function texts(): Promise<string[]> {
  const rows = await test.people.text.findMany()
  return rows.map(({ value }) => value).filter((value) => value.trim() !== '')
}

describe('a deletion', () => {
  it('keeps the place of the message, and what comes after it', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(text)
    await room.send('Un autre message')
    await room.told(2)
    expect(await room.remove(id)).toMatchObject({ seq: 1, content: '', translations: [], display: null })
    expect(await room.send('Un troisième')).toMatchObject({ seq: 3 })
    expect((await room.look()).map(({ seq, deletedAt }) => [seq, deletedAt !== undefined])).toEqual([
      [1, true],
      [2, false],
      [3, false],
    ])
  })

  it('discards what is still being made of it', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    const { id } = await room.send(text)
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    await room.remove(id)
    translator.release()
    await waitFor(() => test.service.context.queue.size === 0, { what: 'the late result' })
    await waitFor(() => room.events().length === 2, { what: 'both events' })
    expect(room.events().map(({ type }) => type)).toEqual(['new', 'deleted'])
    expect(await room.rows(id)).toEqual([])
    expect(await texts()).toEqual([])
    expect(await test.people.translationMemory.count()).toBe(0)
    expect((await room.send(text)).translations).toMatchObject([{ status: 'pending' }])
  })

  it('takes the translation with it that nobody else shows, from both levels of the memory', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(text)
    await room.told(1)
    await room.remove(id)
    expect(await texts()).toEqual([])
    expect(await test.people.translationMemory.count()).toBe(0)
    const again = await room.send(text)
    expect(again.translations).toMatchObject([{ status: 'pending' }])
    await room.told(2)
    expect(translator.calls.translate).toBe(2)
  })

  it('leaves the translation that another message shows, until that one goes', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const another = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(text)
    await room.told(1)
    const shown = await another.send(text)
    await room.remove(id)
    expect(await another.look()).toMatchObject([{ display: { text: `[en] ${text}`, translated: true } }])
    expect((await room.send(text)).translations).toMatchObject([{ status: 'ready', cached: true }])
    await another.remove(shown.id)
    const [, last] = await room.look()
    await room.remove(last?.id ?? '')
    expect(await texts()).toEqual([])
    expect(await test.people.translationMemory.count()).toBe(0)
  })

  it('is the end of every edit, and of the demand for a translation', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(text)
    await room.remove(id)
    await expect(room.edit(id, 'Encore')).rejects.toMatchObject({ code: 'not_found' })
    await expect(room.demand(id, 'en')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('leaves its answers, and can be answered', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id: replyToId } = await room.send(text)
    const { conversationId, senderId } = room
    const answer = (clientMessageId: string) =>
      test.client.create({ conversationId, senderId, content: 'Oui', clientMessageId, replyToId })
    await answer('before')
    await room.remove(replyToId)
    expect(await answer('after')).toMatchObject({ created: true, message: { replyToId } })
    expect((await room.look()).map((message) => message.replyToId)).toEqual([undefined, replyToId, replyToId])
  })

  it('twice at the same time is told once', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(text)
    const tombstones = await Promise.all(Array.from({ length: 10 }, () => room.remove(id)))
    expect(new Set(tombstones.map(({ deletedAt }) => deletedAt)).size).toBe(1)
    expect(await test.people.messageEvent.count({ where: { messageId: id, type: 'deleted' } })).toBe(1)
  })
})
