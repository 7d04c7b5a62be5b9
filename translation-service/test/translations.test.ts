import type { Event__Output as Event } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FakeTranslator } from '../src/inference/testing/fake-translator.js'
import { removeSomeExpired } from '../src/store/memory.js'
import { TranslationMemory } from '../src/translation/memory.js'
import { translateText } from '../src/translation/translate-text.js'
import { fakeModel, type Person, TestService } from './start-service.js'

let test: TestService
let translator: FakeTranslator

beforeEach(async () => {
  const fake = fakeModel()
  translator = fake.translator
  test = await TestService.start({ models: [fake.model] })
})
afterEach(() => test.close())

const french: Person = { reads: 'fr' }

/** Opens a room of a French sender and others, with a subscription to its events. */
async function openRoom(...others: Person[]) {
  const { conversationId, memberIds } = await test.createRoom([french, ...others])
  const senderId = memberIds[0] ?? ''
  let stream = test.client.subscribe('')
  await waitFor(() => stream.batches.length > 0, { what: 'the subscription' })
  return {
    conversationId,
    senderId,
    memberIds,
    send: (content: string, originalLanguage = 'fr') =>
      test.client.create({ conversationId, senderId, content, clientMessageId: newId(), originalLanguage }),
    events: () => stream.eventsOf(conversationId),
    translations: (): Event[] => stream.eventsOf(conversationId).filter(({ type }) => type !== 'new'),
    async resubscribe() {
      stream = test.client.subscribe(stream.batches.at(-1)?.cursor ?? '')
      await waitFor(() => stream.batches.length > 0, { what: 'the subscription' })
    },
  }
}

function translationOf(event: Event | undefined) {
  return event?.message?.translations.find(({ language }) => language === event.language)
}

describe('which languages', () => {
  it('are those of the members who need them, computed in one call', async () => {
    const room = await openRoom(
      { reads: 'en' },
      { reads: 'en' },
      { reads: 'de' },
      { reads: 'es', understands: 'it,fr' },
      { reads: 'it', autoTranslate: false },
    )
    await room.send('Bonjour tout le monde !')
    await waitFor(() => room.translations().length === 2, { what: 'both translations' })
    expect(
      room
        .translations()
        .map(({ language }) => language)
        .sort(),
    ).toEqual(['de', 'en'])
    expect(translator.requests.map(({ targets }) => [...targets].sort())).toEqual([['de', 'en']])
    expect(translationOf(room.translations()[0])).toMatchObject({ status: 'ready', model: 'fake', cached: false })
  })

  it('are asked for when somebody looks who lacks them', async () => {
    const room = await openRoom({ reads: 'fr' })
    const { message } = await room.send('Bonjour tout le monde !')
    const id = room.memberIds[1] ?? ''
    await test.people.user.update({ where: { id }, data: { preferredLanguage: 'es' } })
    await test.client.list({ conversationId: room.conversationId, userId: id })
    await waitFor(() => room.translations().length === 1, { what: 'the translation' })
    const read = await test.client.read({ messageId: message?.id ?? '', userId: id })
    expect(read.translations).toMatchObject([{ language: 'es', status: 'ready' }])
  })
})

describe('what a reader is told', () => {
  it('when the model is not sure: skipped, with the reason', async () => {
    translator.minLogProb = -3
    const room = await openRoom({ reads: 'en' })
    await room.send('Bonjour tout le monde !')
    await waitFor(() => room.translations().length === 1, { what: 'the outcome' })
    expect(room.translations()[0]).toMatchObject({ type: 'translation_failed', language: 'en' })
    expect(translationOf(room.translations()[0])).toMatchObject({ status: 'skipped', reason: 'low_confidence' })
  })

  it('when the engine cannot be asked: failed at last, with the reason', async () => {
    translator.failNext('model_failed')
    const room = await openRoom({ reads: 'en' })
    await room.send('Bonjour tout le monde !')
    await waitFor(() => room.translations().length === 1, { what: 'the outcome' })
    expect(translationOf(room.translations()[0])).toMatchObject({ status: 'failed', reason: 'model_failed' })
  })

  it('when nobody knows what went wrong: failed after the last attempt, and tried again when somebody looks', async () => {
    const room = await openRoom({ reads: 'en' })
    const failing = vi.spyOn(translator, 'translate').mockRejectedValue(new TypeError('a bug'))
    translator.block()
    const { message } = await room.send('Bonjour tout le monde !')
    const where = { messageId: message?.id ?? '' }
    await waitFor(async () => (await test.people.messageTranslation.findFirst({ where }))?.attempts === 1, {
      what: 'the first attempt',
    })
    await test.people.messageTranslation.updateMany({ where, data: { attempts: 4 } })
    await waitFor(() => room.translations().length === 1, { what: 'the outcome' })
    expect(translationOf(room.translations()[0])).toMatchObject({ status: 'failed', reason: 'internal' })

    failing.mockRestore()
    translator.release()
    await test.people.messageTranslation.updateMany({ where, data: { updatedAt: new Date(Date.now() - 120_000) } })
    await test.client.read({ ...where, userId: room.memberIds[1] ?? '' })
    await waitFor(() => room.translations().length === 2, { what: 'the translation' })
    expect(translationOf(room.translations()[1])).toMatchObject({ status: 'ready' })
  })

  it('after a crash of the engine: the translation, from a second attempt', async () => {
    translator.failNext('engine_crashed')
    const room = await openRoom({ reads: 'en' })
    await room.send('Bonjour tout le monde !')
    await waitFor(() => room.translations().length === 1, { what: 'the translation' })
    expect(translationOf(room.translations()[0])).toMatchObject({
      status: 'ready',
      text: '[en] Bonjour tout le monde !',
    })
  })
})

describe('text that is not for a model', () => {
  it.each(['👍🎉', '102', 'https://example.org/a?b=1', '@ana 👋', '…'])('%s is never sent to one', async (content) => {
    const room = await openRoom({ reads: 'en' })
    const { conversationId, senderId } = room
    for (const language of [{}, { originalLanguage: 'fr' }]) {
      const request = { conversationId, senderId, content, clientMessageId: newId(), ...language }
      const { message } = await test.client.create(request)
      expect(message).toMatchObject({ originalLanguage: 'und', translations: [] })
    }
    expect(translator.requests).toEqual([])
  })

  it('survives inside a sentence', async () => {
    const room = await openRoom({ reads: 'en' })
    await room.send('@ana regarde https://example.org/12?x=é avant 14:30 🎉')
    await waitFor(() => room.translations().length === 1, { what: 'the translation' })
    const text = translationOf(room.translations()[0])?.text ?? ''
    for (const span of ['@ana', 'https://example.org/12?x=é', '14:30', '🎉']) expect(text).toContain(span)
    expect(translator.requests[0]?.text).not.toContain('example.org')
  })
})

describe('previews', () => {
  it('are bounded for each user, and a send beside them does not wait', async () => {
    const room = await openRoom({ reads: 'fr' })
    translator.block()
    const previews = Array.from({ length: 9 }, (_, index) =>
      test.client.translate({ userId: room.senderId, text: `Bonjour ${index}`, source: 'fr', targets: ['en'] }),
    )
    await expect(
      Promise.any(previews.map((preview) => preview.then(Promise.reject, (error) => error))),
    ).resolves.toMatchObject({
      code: 'overloaded',
    })
    expect((await room.send('Bonjour tout le monde !')).created).toBe(true)
    translator.release()
    const settled = await Promise.allSettled(previews)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(8)
  })

  it('leave a text as it is in its own language', async () => {
    const room = await openRoom({ reads: 'fr' })
    const request = { userId: room.senderId, text: 'Bonjour', source: 'fr', targets: ['fr', 'en'] }
    expect((await test.client.translate(request)).translations).toMatchObject([
      { language: 'fr', status: 'skipped', reason: 'same_language' },
      { language: 'en', status: 'ready', text: '[en] Bonjour' },
    ])
  })
})

describe('the feed', () => {
  it('brings any number of long messages in pieces that can be carried', async () => {
    const room = await openRoom({ reads: 'en' })
    const long = '我们明天开会。'.repeat(500)
    for (let index = 0; index < 40; index += 1) await room.send(`${index} ${long}`, 'zh')
    await room.resubscribe()
    const late = test.client.subscribe(`${test.service.context.feed.epoch}/0`)
    await waitFor(() => late.newsOf(room.conversationId).length === 40, { what: 'all messages' })
    expect(late.error).toBeNull()
    const sizes = late.batches.map((batch) => JSON.stringify(batch).length)
    expect(Math.max(...sizes)).toBeLessThan(2 * 1024 * 1024)
  })
})

describe('the memory', () => {
  it('translates a text once for all messages, and survives a restart', async () => {
    const room = await openRoom({ reads: 'en' })
    await room.send('Bonjour tout le monde !')
    await waitFor(() => room.translations().length === 1, { what: 'the translation' })
    const again = await room.send('Bonjour tout le monde !')
    expect(again.message?.translations).toMatchObject([{ language: 'en', status: 'ready', cached: true }])

    const second = fakeModel()
    await test.restart({ models: [second.model] })
    const third = await room.send('Bonjour tout le monde !')
    expect(third.message?.translations).toMatchObject([{ language: 'en', status: 'ready', cached: true }])
    expect(second.translator.calls.translate + translator.calls.translate).toBe(1)
  })

  it('does not give what another model, or another version of it, has made', async () => {
    const { memory } = test.service.context
    const request = { text: 'Bonjour tout le monde !', source: 'fr', targets: ['en'] } as const
    const revisions = [fakeModel(), fakeModel(), fakeModel()]
    for (const [index, { model }] of revisions.entries()) {
      const name = index === 2 ? 'another' : model.name
      await translateText({ memory, models: [{ ...model, name, revision: `r${index}` }] }, request)
    }
    expect(revisions.map((fake) => fake.translator.calls.translate)).toEqual([1, 1, 1])
  })

  it('forgets what has expired', async () => {
    const room = await openRoom({ reads: 'en' })
    await room.send('Bonjour tout le monde !')
    await waitFor(() => room.translations().length === 1, { what: 'the translation' })
    await test.people.translationMemory.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } })
    const second = fakeModel()
    await test.restart({ models: [second.model] })
    const again = await room.send('Bonjour tout le monde !')
    expect(again.message?.translations).toMatchObject([{ language: 'en', status: 'pending' }])
    await waitFor(() => second.translator.calls.translate === 1, { what: 'the computation' })
    await test.service.context.database.write(removeSomeExpired)
    expect(await test.people.translationMemory.count({ where: { expiresAt: { lt: new Date() } } })).toBe(0)
  })

  it('gives a translation that could not be remembered', async () => {
    const { database, log, models } = test.service.context
    const broken = { ...database, write: () => Promise.reject(new Error('the disk is full')) }
    const memory = new TranslationMemory(broken, 60, log)
    const request = { text: 'Bonjour tout le monde !', source: 'fr', targets: ['en'] } as const
    expect((await translateText({ memory, models }, request)).outcomes.get('en')).toMatchObject({ status: 'ready' })
  })

  it('tells US from us, and one language from another', async () => {
    const room = await openRoom({ reads: 'en' }, { reads: 'de' })
    await room.send('US')
    await room.send('us')
    await waitFor(() => room.translations().length === 4, { what: 'the translations' })
    expect(
      room
        .translations()
        .map((event) => translationOf(event)?.text)
        .sort(),
    ).toEqual(['[de] US', '[de] us', '[en] US', '[en] us'])
  })

  it('computes once for 1,000 who ask at the same time', async () => {
    const { memory, models } = test.service.context
    const request = { text: 'Bonjour tout le monde !', source: 'fr', targets: ['en'] } as const
    const answers = await Promise.all(Array.from({ length: 1000 }, () => translateText({ memory, models }, request)))
    expect(translator.calls.translate).toBe(1)
    expect(new Set(answers.map(({ outcomes }) => JSON.stringify(outcomes.get('en')))).size).toBe(1)
  })
})

describe('work that waits', () => {
  it('is taken up by the next start', async () => {
    const room = await openRoom({ reads: 'en' }, { reads: 'de' })
    translator.block()
    for (const index of [1, 2, 3]) await room.send(`Message numéro ${index}`)
    await waitFor(() => translator.requests.length === 3, { what: 'three requests' })
    expect(room.translations()).toEqual([])
    const second = fakeModel()
    await test.restart({ models: [second.model] })
    await room.resubscribe()
    await waitFor(() => room.translations().length === 6, { what: 'six translations' })
    expect(room.translations().every((event) => translationOf(event)?.status === 'ready')).toBe(true)
  })

  it('is not lost when it is more than the queue holds', async () => {
    const second = fakeModel()
    await test.stop()
    Object.assign(test, { environment: { QUEUE_LIMIT: '3' } })
    await test.run({ models: [second.model] })
    const room = await openRoom({ reads: 'en' })
    second.translator.block()
    await Promise.all(Array.from({ length: 20 }, (_, index) => room.send(`Message numéro ${index}`)))
    expect(test.service.context.queue.size).toBeLessThanOrEqual(3)
    second.translator.release()
    await waitFor(() => room.translations().length === 20, { what: 'twenty translations' })
  })

  it('never lands on another revision', async () => {
    const room = await openRoom({ reads: 'en' })
    translator.block()
    const { message } = await room.send('Bonjour tout le monde !')
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    const messageId = message?.id ?? ''
    await test.people.message.update({ where: { id: messageId }, data: { revision: 2 } })
    await test.people.messageTranslation.updateMany({ where: { messageId }, data: { revision: 2 } })
    translator.release()
    await waitFor(() => test.service.context.queue.size === 0, { what: 'an empty queue' })
    await room.send('Un autre message')
    await waitFor(() => room.translations().length > 0, { what: 'the translation of a later message' })
    expect(room.translations().map((event) => event.message?.content)).toEqual(['Un autre message'])
    expect(await test.people.messageTranslation.findMany({ where: { messageId } })).toMatchObject([
      { revision: 2, status: 'pending', text: null },
    ])
  })

  it('counts no attempt when the service stops in the middle of one', async () => {
    const room = await openRoom({ reads: 'en' })
    translator.block()
    const { message } = await room.send('Bonjour tout le monde !')
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    await test.stop()
    const where = { messageId: message?.id ?? '' }
    expect(await test.people.messageTranslation.findMany({ where })).toMatchObject([{ status: 'pending', attempts: 0 }])
    await test.run({ models: [fakeModel().model] })
  })

  it('does not hold up a stop, which lasts less than the 5 s that calls may take to end', {
    timeout: 4_000,
  }, async () => {
    const room = await openRoom({ reads: 'en' })
    translator.block()
    void test.client
      .translate({ userId: room.senderId, text: 'Bonjour', source: 'fr', targets: ['en'] })
      .catch(() => {})
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    await test.restart({ models: [fakeModel().model] })
  })
})
