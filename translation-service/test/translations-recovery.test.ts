import { DatabaseUnavailable } from '@meeshy/shared/database/sql'
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

describe('a stop', () => {
  it('leaves pending what is under way, and the next start takes it up', async () => {
    const room = await openRoom(test, { reads: 'en' }, { reads: 'de' })
    translator.block()
    for (const index of [1, 2, 3]) await room.send(`Message numéro ${index}`)
    await waitFor(() => translator.requests.length === 3, { what: 'three requests' })
    expect(room.translations()).toEqual([])
    await test.restart({ models: [fakeModel().model] })
    await room.resubscribe()
    await room.told(6)
    expect(room.translations().map((event) => translationOf(event)?.status)).toEqual(Array(6).fill('ready'))
  })

  it('counts no attempt', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    const { id } = await room.send('Bonjour tout le monde !')
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    await test.stop()
    expect(await room.rows(id)).toMatchObject([{ status: 'pending', attempts: 0 }])
    await test.run({ models: [fakeModel().model] })
  })

  it('is not held up, and lasts less than the 5 s that calls may take to end', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    const { id } = await room.send('Bonjour tout le monde !')
    const preview = { userId: room.senderId, text: 'Bonjour', source: 'fr', targets: ['en'] }
    const calls = Promise.allSettled([test.client.translate(preview), room.demand(id, 'es')])
    await waitFor(() => translator.requests.length === 2, { what: 'the requests' })
    const startedAt = performance.now()
    await test.service.close()
    expect(performance.now() - startedAt).toBeLessThan(4_500)
    await calls
    await test.run({ models: [fakeModel().model] })
  })
})

describe('a database that cannot be used for a moment', () => {
  it('delays a translation that is made', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    await room.send('Bonjour tout le monde !')
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    const write = vi
      .spyOn(test.service.context.database, 'write')
      .mockRejectedValueOnce(new DatabaseUnavailable('busy'))
    translator.release()
    await room.told(1)
    expect(translationOf(room.translations()[0])).toMatchObject({ status: 'ready' })
    expect(write.mock.calls.length).toBeGreaterThan(1)
    expect(translator.calls.translate).toBe(1)
  })

  it('delays a translation that is not begun', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { database } = test.service.context
    const all = database.all
    let failures = 0
    vi.spyOn(database, 'all').mockImplementation((statement, ...values) => {
      if (failures > 0 || !statement.includes('"attempts"')) return all(statement, ...values)
      failures += 1
      return Promise.reject(new DatabaseUnavailable('busy'))
    })
    await room.send('Bonjour tout le monde !')
    await room.told(1)
    expect(translationOf(room.translations()[0])).toMatchObject({ status: 'ready' })
    expect(failures).toBe(1)
  })

  it('leaves what a reader lacks to their next look', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    await room.send('Bonjour tout le monde !')
    await room.prefer(room.readerId, 'en')
    vi.spyOn(test.service.context.database, 'write').mockRejectedValueOnce(new DatabaseUnavailable('busy'))
    expect(await room.look()).toHaveLength(1)
    await room.look()
    await room.told(1)
    expect(translationOf(room.translations()[0])).toMatchObject({ language: 'en', status: 'ready' })
  })
})
