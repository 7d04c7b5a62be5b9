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

describe('a translation on demand', () => {
  it('is for members, and nobody else makes the model work', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    const { id } = await room.send(text)
    const { memberIds: strangers } = await test.createRoom([{ reads: 'en' }])
    await room.leave(room.readerId)
    for (const userId of [room.readerId, strangers[0] ?? '']) {
      await expect(room.demand(id, 'en', userId)).rejects.toMatchObject({ code: 'not_found' })
    }
    expect(await room.rows(id)).toEqual([])
    expect(translator.requests).toEqual([])
  })

  it('is made when it is not there, and told to everybody; the second time the model is not asked', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    const { id } = await room.send(text)
    const ready = { language: 'es', status: 'ready', text: `[es] ${text}`, model: 'fake', revision: 1 }
    expect(await room.demand(id, 'es')).toMatchObject({ ...ready, cached: false, confidence: expect.any(Number) })
    await room.told(1)
    expect(room.translations()).toMatchObject([{ type: 'translated', language: 'es' }])
    expect(await room.demand(id, 'es', room.senderId)).toMatchObject(ready)
    expect(translator.calls.translate).toBe(1)
  })

  it('is not needed for text in that language or without words', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { id } = await room.send(text)
    await room.told(1)
    const symbols = await room.send('👍 102')
    const nothing = { status: 'skipped', revision: 1 }
    expect(await room.demand(id, 'fr')).toMatchObject({ ...nothing, language: 'fr', reason: 'same_language' })
    expect(await room.demand(symbols.id, 'de')).toMatchObject({ ...nothing, language: 'de', reason: 'no_words' })
    expect(translator.calls.translate).toBe(1)
  })

  it('may be skipped: the model is not asked again', async () => {
    translator.minLogProb = -3
    const room = await openRoom(test, { reads: 'fr' })
    const { id } = await room.send(text)
    for (const _ of [1, 2]) {
      expect(await room.demand(id, 'es')).toMatchObject({ status: 'skipped', reason: 'low_confidence' })
    }
    expect(translator.calls.translate).toBe(1)
  })
})

describe('a failed one', () => {
  it('is tried again at once when that may help', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    const { id } = await room.send(text)
    await room.demand(id, 'es')
    const data = { status: 'failed', reason: 'timed_out', retriable: true, textId: null }
    await test.people.messageTranslation.updateMany({ where: { messageId: id }, data })
    expect(await room.demand(id, 'es')).toMatchObject({ status: 'ready', cached: true })
    expect(await room.rows(id)).toMatchObject([{ status: 'ready', reason: null, retriable: false, attempts: 0 }])
  })

  it('is tried again after a minute when that helps only if somebody has repaired something', async () => {
    translator.failNext('model_failed')
    const room = await openRoom(test, { reads: 'fr' })
    const { id } = await room.send(text)
    for (const _ of [1, 2]) {
      expect(await room.demand(id, 'es')).toMatchObject({ status: 'failed', reason: 'model_failed', retriable: false })
    }
    expect(translator.calls.translate).toBe(1)
    const updatedAt = new Date(Date.now() - 61_000)
    await test.people.messageTranslation.updateMany({ where: { messageId: id }, data: { updatedAt } })
    expect(await room.demand(id, 'es')).toMatchObject({ status: 'ready', text: `[es] ${text}` })
  })
})
