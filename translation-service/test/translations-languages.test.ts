import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeTranslator } from '../src/inference/testing/fake-translator.js'
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

/** Targets of every request so far. */
const targets = () => translator.requests.map((request) => [...request.targets].sort())

describe('a new message', () => {
  it('is translated into the languages of the members who need it, all in one call', async () => {
    const room = await openRoom(
      test,
      { reads: 'en' },
      { reads: 'en' },
      { reads: 'de' },
      { reads: 'es', understands: 'it,fr' },
      { reads: 'it', autoTranslate: false },
    )
    await room.send('Bonjour tout le monde !')
    await room.told(2)
    expect(
      room
        .translations()
        .map(({ language }) => language)
        .sort(),
    ).toEqual(['de', 'en'])
    expect(targets()).toEqual([['de', 'en']])
    expect(translationOf(room.translations()[0])).toMatchObject({ status: 'ready', model: 'fake', cached: false })
  })

  it('is translated into the language that a member chose for this conversation, unless they read the original', async () => {
    const room = await openRoom(test, { reads: 'en' }, { reads: 'de' })
    for (const [userId, languageOverride] of [
      [room.readerId, 'es'],
      [room.memberIds[2] ?? '', 'fr'],
    ] as const) {
      const key = { conversationId_userId: { conversationId: room.conversationId, userId } }
      await test.people.conversationMember.update({ where: key, data: { languageOverride } })
    }
    await room.send('Bonjour tout le monde !')
    await room.told(1)
    // Whoever reads in another language still reads their own: this one is shown to the first as it is.
    expect(await room.send('Hello', 'en')).toMatchObject({ translations: [{ language: 'fr' }] })
    await room.told(2)
    expect(targets()).toEqual([['es'], ['fr']])
  })

  it('is not translated for those who have left, were deactivated or switched translation off', async () => {
    const room = await openRoom(test, { reads: 'en' }, { reads: 'de' }, { reads: 'es' }, { reads: 'it' })
    const [, left = '', deactivated = '', switched = ''] = room.memberIds
    await room.leave(left)
    await test.people.user.update({ where: { id: deactivated }, data: { deactivatedAt: new Date() } })
    const key = { conversationId_userId: { conversationId: room.conversationId, userId: switched } }
    await test.people.conversationMember.update({ where: key, data: { autoTranslate: false } })
    await room.send('Bonjour tout le monde !')
    await room.told(1)
    expect(targets()).toEqual([['it']])
  })
})

describe('a look at the history', () => {
  it('asks for what a reader lacks who changed their language, the newest first, and shows it as pending', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    for (const index of [1, 2, 3, 4, 5, 6]) await room.send(`Message numéro ${index}`)
    await room.prefer(room.readerId, 'es')
    const page = await room.look()
    expect(page.map(({ translations }) => translations)).toMatchObject(
      Array(6).fill([{ language: 'es', status: 'pending' }]),
    )
    await room.told(6)
    expect(translator.requests.map(({ text }) => text.at(-1))).toEqual(['6', '5', '4', '3', '2', '1'])
    expect((await room.look()).map(({ display }) => display)).toMatchObject(
      Array(6).fill({ language: 'es', translated: true }),
    )
    expect(translator.calls.translate).toBe(6)
  })

  it('asks for what somebody lacks who has joined, and a look at one message asks for that one', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    const { id: messageId } = await room.send('Bonjour tout le monde !')
    await room.send('Un autre message')
    const userId = await room.join({ reads: 'de' })
    expect((await test.client.read({ messageId, userId })).translations).toMatchObject([{ status: 'pending' }])
    await room.told(1)
    expect((await test.client.read({ messageId, userId })).display).toMatchObject({
      text: '[de] Bonjour tout le monde !',
    })
    expect(translator.calls.translate).toBe(1)
  })

  it('asks for nothing when the reader needs nothing', async () => {
    const room = await openRoom(test, { reads: 'fr' }, { reads: 'de', autoTranslate: false }, { reads: 'es' })
    const { id } = await room.send('Bonjour', 'en')
    await room.remove(id)
    await room.send('👍')
    const understood = await room.join({ reads: 'it', understands: 'en' })
    await room.send('Hello', 'en')
    await waitFor(() => test.service.context.queue.size === 0, { what: 'the translations of the last message' })
    const before = translator.calls.translate
    for (const userId of [...room.memberIds, understood]) await room.look({}, userId)
    await test.stop()
    expect(translator.calls.translate).toBe(before)
    expect(await test.people.messageTranslation.count({ where: { status: 'pending' } })).toBe(0)
    await test.run({ models: [fakeModel().model] })
  })
})

describe('what is pending', () => {
  it('is withdrawn when nobody needs it any more, without an event', async () => {
    const room = await openRoom(test, { reads: 'en' }, { reads: 'de' })
    translator.block()
    const fillers = await openRoom(test, { reads: 'it' })
    for (const index of [1, 2, 3, 4]) await fillers.send(`Remplissage numéro ${index}`)
    const { id } = await room.send('Bonjour tout le monde !')
    await room.leave(room.readerId)
    translator.release()
    await room.told(1)
    expect(room.translations().map(({ language }) => language)).toEqual(['de'])
    expect(await room.rows(id)).toMatchObject([{ language: 'de', status: 'ready' }])
    expect(translator.requests.flatMap(({ targets }) => targets)).not.toContain('en')
  })

  it('is asked for again by a reader who comes back', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    const fillers = await openRoom(test, { reads: 'it' })
    for (const index of [1, 2, 3, 4]) await fillers.send(`Remplissage numéro ${index}`)
    const { id } = await room.send('Bonjour tout le monde !')
    await room.prefer(room.readerId, 'fr')
    translator.release()
    await waitFor(async () => (await room.rows(id)).length === 0, { what: 'the withdrawal' })
    expect(room.translations()).toEqual([])
    await room.prefer(room.readerId, 'en')
    await room.look()
    await room.told(1)
    expect(translationOf(room.translations()[0])).toMatchObject({ language: 'en', status: 'ready' })
  })
})
