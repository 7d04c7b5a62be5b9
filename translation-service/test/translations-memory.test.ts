import { DatabaseUnavailable } from '@meeshy/shared/database/sql'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FakeTranslator } from '../src/inference/testing/fake-translator.js'
import { TranslationMemory } from '../src/translation/memory.js'
import { translateText } from '../src/translation/translate-text.js'
import { openRoom, translationOf } from './open-room.js'
import { recordWrites } from './record-writes.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService
let translator: FakeTranslator

beforeEach(async () => {
  const fake = fakeModel()
  translator = fake.translator
  test = await TestService.start({ models: [fake.model] })
})
afterEach(() => test.close())

const request = { text: 'Bonjour tout le monde !', source: 'fr', targets: ['en'] } as const

describe('the memory', () => {
  it('translates a text once for all messages, and survives a restart', async () => {
    const room = await openRoom(test, { reads: 'en' })
    await room.send(request.text)
    await room.told(1)
    const again = await room.send(request.text)
    expect(again.translations).toMatchObject([{ language: 'en', status: 'ready', cached: true }])
    expect(again.display).toMatchObject({ text: request.text, translated: false })

    const second = fakeModel()
    await test.restart({ models: [second.model] })
    const third = await room.send(request.text)
    expect(third.translations).toMatchObject([{ language: 'en', status: 'ready', cached: true }])
    expect(second.translator.calls.translate + translator.calls.translate).toBe(1)
    expect(await room.look({ limit: 1 })).toMatchObject([
      { display: { text: `[en] ${request.text}`, translated: true } },
    ])
  })

  it('does not give what another model, or another version of it, has made', async () => {
    const { memory } = test.service.context
    const revisions = [fakeModel(), fakeModel(), fakeModel()]
    for (const [index, { model }] of revisions.entries()) {
      const name = index === 2 ? 'another' : model.name
      await translateText({ memory, models: [{ ...model, name, revision: `r${index}` }] }, request)
    }
    expect(revisions.map((fake) => fake.translator.calls.translate)).toEqual([1, 1, 1])
  })

  it('forgets what has expired, and makes it anew', async () => {
    const room = await openRoom(test, { reads: 'en' })
    await room.send(request.text)
    await room.told(1)
    await test.people.translationMemory.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } })
    const second = fakeModel()
    await test.restart({ models: [second.model] })
    const again = await room.send(request.text)
    expect(again.translations).toMatchObject([{ language: 'en', status: 'pending' }])
    await waitFor(() => second.translator.calls.translate === 1, { what: 'the computation' })
  })

  it('tells US from us, and one language from another', async () => {
    const room = await openRoom(test, { reads: 'en' }, { reads: 'de' })
    await room.send('US')
    await room.send('us')
    await room.told(4)
    const texts = room.translations().map((event) => translationOf(event)?.text)
    expect(texts.sort()).toEqual(['[de] US', '[de] us', '[en] US', '[en] us'])
  })

  it('computes once for 1,000 who ask at the same time', async () => {
    const { memory, models } = test.service.context
    const answers = await Promise.all(Array.from({ length: 1000 }, () => translateText({ memory, models }, request)))
    expect(translator.calls.translate).toBe(1)
    expect(new Set(answers.map(({ outcomes }) => JSON.stringify(outcomes.get('en')))).size).toBe(1)
  })

  it('asks again after a failure that all of those have shared', async () => {
    const { memory, models } = test.service.context
    translator.failNext('engine_crashed')
    const answers = await Promise.all(Array.from({ length: 10 }, () => translateText({ memory, models }, request)))
    expect(answers.map(({ outcomes }) => outcomes.get('en')?.status)).toEqual(Array(10).fill('failed'))
    const { outcomes } = await translateText({ memory, models }, request)
    expect(outcomes.get('en')).toMatchObject({ status: 'ready', cached: false })
  })

  it('gives a translation that could not be remembered', async () => {
    const { database, log, models } = test.service.context
    const broken = { ...database, write: () => Promise.reject(new DatabaseUnavailable('the disk is full')) }
    const memory = new TranslationMemory(broken, 60, log)
    const { outcomes } = await translateText({ memory, models }, request)
    expect(outcomes.get('en')).toMatchObject({ status: 'ready' })
    await memory.remember('fr', outcomes)
  })
})

describe('what a message shows', () => {
  it('is in the memory in the same transaction: both are there, or none', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    const { id } = await room.send(request.text)
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    const { database } = test.service.context
    const write = database.write
    const writes = vi.spyOn(database, 'write').mockImplementation((work) =>
      write(async (sql) => {
        await work(sql)
        throw new DatabaseUnavailable('the commit failed')
      }),
    )
    translator.release()
    await waitFor(() => writes.mock.calls.length > 0, { what: 'the attempt to store' })
    await Promise.allSettled(writes.mock.results.map(({ value }) => value))
    expect(await room.rows(id)).toMatchObject([{ status: 'pending', textId: null, attempts: 0 }])
    expect(await test.people.translationMemory.count()).toBe(0)
    expect(await test.people.text.count()).toBe(1)
    expect(room.translations()).toEqual([])

    writes.mockRestore()
    await room.told(1)
    const [row] = await room.rows(id)
    expect(await test.people.translationMemory.findMany()).toMatchObject([{ textId: row?.textId }])
    expect(translator.calls.translate).toBe(1)
  })

  it('is written together with its text and its event', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    await room.send(request.text)
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    const writes = recordWrites(test.service.context.database)
    translator.release()
    await room.told(1)
    const tables = ['MessageTranslation', 'TranslationMemory', 'Text', 'ConversationState', 'MessageEvent']
    expect(writes.filter((write) => write.has('Text'))).toEqual([new Set(tables)])
  })

  it('is one text for all messages that show it', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    const messages = [await room.send(request.text), await room.send(request.text)]
    translator.release()
    await room.told(2)
    messages.push(await room.send(request.text))
    const rows = (await Promise.all(messages.map(({ id }) => room.rows(id)))).flat()
    expect(rows.map(({ status }) => status)).toEqual(['ready', 'ready', 'ready'])
    expect(new Set(rows.map(({ textId }) => textId)).size).toBe(1)
  })
})
