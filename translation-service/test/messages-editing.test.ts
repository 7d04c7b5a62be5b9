import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeTranslator } from '../src/inference/testing/fake-translator.js'
import { priorities } from '../src/store/priorities.js'
import { requestLacking } from '../src/translation/lacking.js'
import { openRoom, translationOf } from './open-room.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService
let translator: FakeTranslator

beforeEach(async () => {
  const fake = fakeModel()
  translator = fake.translator
  test = await TestService.start({ models: [fake.model] })
})
afterEach(() => test.close())

const [first, second] = ['Bonjour tout le monde !', 'Bonsoir tout le monde !']

describe('an edit', () => {
  it('is translated anew, and told before its translation', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(first)
    await room.told(1)
    const { message, changed } = await room.edit(id, second)
    expect(changed).toBe(true)
    expect(message).toMatchObject({ revision: 2, content: second, translations: [{ status: 'pending', revision: 2 }] })
    await room.told(2)
    const told = room.events().map(({ type, revision, eventSeq }) => [eventSeq, type, revision])
    expect(told).toEqual([
      [1, 'new', 1],
      [2, 'translated', 1],
      [3, 'edited', 2],
      [4, 'translated', 2],
    ])
    expect(translationOf(room.events()[3])).toMatchObject({ revision: 2, text: `[en] ${second}` })
    expect(await room.look()).toMatchObject([{ display: { text: `[en] ${second}`, translated: true } }])
  })

  it.each([
    ['to no words', '👍', 'fr'],
    ["to the reader's language", 'Good evening everybody', 'en'],
  ])('%s needs no translation, also for who had just read the old text', async (_, content, language) => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(first)
    await room.told(1)
    await room.edit(id, content, language)
    // What follows a look at the message as it was.
    const { context } = test.service
    const [before] = await room.look()
    const old = { ...(before as Message), originalLanguage: 'fr' }
    await requestLacking(context, [old], { language: 'en', understood: [], autoTranslate: true }, priorities.visible)
    expect((await room.rows(id)).filter((row) => row.language === 'en')).toEqual([])
  })

  it('discards what is still being made of the old text, and keeps nothing of it', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    const { id } = await room.send(first)
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    await room.edit(id, second)
    translator.release()
    await room.told(1)
    await waitFor(() => test.service.context.queue.size === 0, { what: 'an empty queue' })
    expect(room.translations().map(translationOf)).toMatchObject([{ revision: 2, text: `[en] ${second}` }])
    expect(await room.rows(id)).toMatchObject([{ language: 'en', revision: 2, status: 'ready' }])
    expect(await texts()).toEqual([second, `[en] ${second}`])
    // The memory has nothing of it either.
    expect((await room.send(first)).translations).toMatchObject([{ status: 'pending' }])
  })

  it('keeps what another message shows', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(first)
    await room.told(1)
    await room.send(first)
    await room.edit(id, second)
    expect(await room.look()).toMatchObject([{ revision: 2 }, { display: { text: `[en] ${first}`, translated: true } }])
    expect((await room.send(first)).translations).toMatchObject([{ status: 'ready', cached: true }])
  })

  it('back to an earlier text is an edit like others', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(first)
    await room.told(1)
    await room.edit(id, second)
    await room.told(2)
    expect(await room.edit(id, first)).toMatchObject({ changed: true, message: { revision: 3 } })
    await room.told(3)
    expect(await room.look()).toMatchObject([{ revision: 3, display: { text: `[en] ${first}`, translated: true } }])
  })

  it('into text without words leaves nothing to translate', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    const { id } = await room.send(first)
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    const { message } = await room.edit(id, '👍 102')
    expect(message).toMatchObject({ originalLanguage: 'und', translations: [], display: { text: '👍 102' } })
    translator.release()
    await waitFor(() => test.service.context.queue.size === 0, { what: 'the late result' })
    expect(await room.rows(id)).toEqual([])
    expect(room.translations()).toEqual([])
  })

  it('into another language turns the readers round', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(first)
    await room.told(1)
    const { message } = await room.edit(id, 'Good evening everybody', 'en')
    expect(message).toMatchObject({ originalLanguage: 'en', translations: [{ language: 'fr', status: 'pending' }] })
    await room.told(2)
    expect((await room.rows(id)).map(({ language }) => language)).toEqual(['fr'])
    expect(await room.look()).toMatchObject([{ display: { language: 'en', translated: false } }])
    const [seen] = await room.look({}, room.senderId)
    expect(seen?.display).toMatchObject({ text: '[fr] Good evening everybody', translated: true })
  })

  it('of what the memory knows brings the translation with it', async () => {
    const room = await openRoom(test, { reads: 'en' })
    await room.send(second)
    await room.told(1)
    const { id } = await room.send(first)
    await room.told(2)
    const { message } = await room.edit(id, second)
    expect(message.translations).toMatchObject([{ status: 'ready', cached: true, revision: 2 }])
    expect(translator.calls.translate).toBe(2)
  })

  it('that changes nothing is no event, and makes no work', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(first)
    await room.told(1)
    expect(await room.edit(id, first, 'en')).toMatchObject({ changed: false, message: { originalLanguage: 'fr' } })
    await room.send(second)
    await room.told(2)
    expect(room.events().map(({ type }) => type)).not.toContain('edited')
    expect(translator.calls.translate).toBe(2)
  })
})

/** Every text in the database, but for what was overwritten. */
async function texts(): Promise<string[]> {
  const rows = await test.people.text.findMany({ orderBy: { id: 'asc' } })
  return rows.map(({ value }) => value).filter((value) => value.trim() !== '')
}
