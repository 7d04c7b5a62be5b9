import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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

describe('what a reader is told', () => {
  it('when the model is not sure: skipped, with the reason', async () => {
    translator.minLogProb = -3
    const room = await openRoom(test, { reads: 'en' })
    await room.send('Bonjour tout le monde !')
    await room.told(1)
    expect(room.translations()[0]).toMatchObject({ type: 'translation_failed', language: 'en', revision: 1 })
    expect(translationOf(room.translations()[0])).toMatchObject({ status: 'skipped', reason: 'low_confidence' })
  })

  it('when the engine cannot be asked: failed at last, with the reason', async () => {
    translator.failNext('model_failed')
    const room = await openRoom(test, { reads: 'en' })
    await room.send('Bonjour tout le monde !')
    await room.told(1)
    expect(translationOf(room.translations()[0])).toMatchObject({
      ...{ status: 'failed', reason: 'model_failed', retriable: false },
    })
  })

  it('when there is no model: failed, and the message is there all the same', async () => {
    await test.restart({ models: [] })
    const room = await openRoom(test, { reads: 'en' })
    await room.send('Bonjour tout le monde !')
    await room.told(1)
    expect(translationOf(room.translations()[0])).toMatchObject({ status: 'failed', reason: 'model_absent' })
    expect(await room.look()).toMatchObject([{ display: { text: 'Bonjour tout le monde !', translated: false } }])
  })

  it('when nobody knows what went wrong: failed after the last attempt, and tried again when somebody looks', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const failing = vi.spyOn(translator, 'translate').mockRejectedValue(new TypeError('a bug'))
    const { id: messageId } = await room.send('Bonjour tout le monde !')
    const where = { messageId }
    await waitFor(async () => (await room.rows(messageId))[0]?.attempts === 1, { what: 'the first attempt' })
    await test.people.messageTranslation.updateMany({ where, data: { attempts: 4 } })
    await room.told(1)
    expect(translationOf(room.translations()[0])).toMatchObject({
      ...{ status: 'failed', reason: 'internal', retriable: true },
    })

    failing.mockRestore()
    await room.look()
    await test.people.messageTranslation.updateMany({ where, data: { updatedAt: new Date(Date.now() - 120_000) } })
    await room.look()
    await room.told(2)
    expect(translationOf(room.translations()[1])).toMatchObject({ status: 'ready' })
    expect(translator.calls.translate).toBe(1)
  })

  it('after a crash of the engine: the translation, from a second attempt', async () => {
    translator.failNext('engine_crashed')
    const room = await openRoom(test, { reads: 'en' })
    await room.send('Bonjour tout le monde !')
    await room.told(1)
    expect(translationOf(room.translations()[0])).toMatchObject({
      ...{ status: 'ready', text: '[en] Bonjour tout le monde !' },
    })
  })

  it('after too much work for the engine: the translation, without an attempt that counts', async () => {
    translator.failNext('overloaded')
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send('Bonjour tout le monde !')
    await room.told(1)
    expect(await room.rows(id)).toMatchObject([{ status: 'ready', attempts: 0 }])
  })
})

describe('text that is not for a model', () => {
  it.each(['👍🎉', '102', 'https://example.org/a?b=1', '@ana 👋', '…'])('%s is never sent to one', async (content) => {
    const room = await openRoom(test, { reads: 'en' })
    const { conversationId, senderId } = room
    for (const language of [{}, { originalLanguage: 'fr' }]) {
      const request = { conversationId, senderId, content, clientMessageId: newId(), ...language }
      const { message } = await test.client.create(request)
      expect(message).toMatchObject({ originalLanguage: 'und', translations: [] })
    }
    expect(translator.requests).toEqual([])
  })

  it('survives inside a sentence', async () => {
    const room = await openRoom(test, { reads: 'en' })
    await room.send('@ana regarde https://example.org/12?x=é avant 14:30 🎉')
    await room.told(1)
    const text = translationOf(room.translations()[0])?.text ?? ''
    for (const span of ['@ana', 'https://example.org/12?x=é', '14:30', '🎉']) expect(text).toContain(span)
    expect(translator.requests[0]?.text).not.toContain('example.org')
  })
})
