import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FakeTranslator } from '../src/inference/testing/fake-translator.js'
import { Overdue } from '../src/translation/overdue.js'
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

/** What the service does by itself every two seconds, so long after its start. */
async function checkAfter(milliseconds: number): Promise<void> {
  const overdue = new Overdue(test.service.context)
  await overdue.check(Date.now() + milliseconds)
  await overdue.close()
}

const timedOut = { status: 'failed', reason: 'timed_out', retriable: true }

it('after a minute of waiting, readers are told that it failed and may be asked for again', async () => {
  const room = await openRoom(test, { reads: 'en' }, { reads: 'de' })
  translator.block()
  await room.send('Bonjour tout le monde !')
  await checkAfter(60_000)
  await room.told(2)
  expect(room.translations()).toMatchObject([{ type: 'translation_failed' }, { type: 'translation_failed' }])
  expect(room.translations().map(translationOf)).toMatchObject([timedOut, timedOut])
  await checkAfter(120_000)
  expect(await test.people.messageEvent.count()).toBe(3)
})

it('counts the minute from the moment when somebody needed it', async () => {
  const room = await openRoom(test, { reads: 'en' })
  translator.block()
  const { id } = await room.send('Bonjour tout le monde !')
  const requestedAt = new Date(Date.now() + 100_000)
  await test.people.messageTranslation.updateMany({ data: { requestedAt } })
  await checkAfter(150_000)
  expect(await room.rows(id)).toMatchObject([{ status: 'pending' }])
  await checkAfter(157_000)
  expect(await room.rows(id)).toMatchObject([{ status: 'failed' }])
})

it('lets any number fail at once', async () => {
  const room = await openRoom(test, { reads: 'en' })
  translator.block()
  await Promise.all(Array.from({ length: 250 }, (_, index) => room.send(`Message numéro ${index}`)))
  await checkAfter(60_000)
  await room.told(250)
  expect(room.events().map(({ eventSeq }) => eventSeq)).toEqual(Array.from({ length: 500 }, (_, index) => index + 1))
})

it('what a former run left has its minute from the start on', async () => {
  const room = await openRoom(test, { reads: 'en' })
  translator.block()
  const { id } = await room.send('Bonjour tout le monde !')
  const requestedAt = new Date(Date.now() - 3_600_000)
  await test.people.messageTranslation.updateMany({ data: { requestedAt } })
  const second = fakeModel()
  second.translator.block()
  await test.restart({ models: [second.model] })
  await checkAfter(50_000)
  expect(await room.rows(id)).toMatchObject([{ status: 'pending' }])
  await checkAfter(57_000)
  expect(await room.rows(id)).toMatchObject([{ status: 'failed', reason: 'timed_out' }])
})

it('a result that comes later is kept for whoever asks again, and changes nothing that was told', async () => {
  const room = await openRoom(test, { reads: 'en' })
  translator.block()
  const { id } = await room.send('Bonjour tout le monde !')
  await waitFor(() => translator.requests.length === 1, { what: 'the request' })
  await checkAfter(60_000)
  await room.told(1)
  translator.release()
  await waitFor(() => test.service.context.queue.size === 0, { what: 'the late result' })
  expect(await room.rows(id)).toMatchObject([{ ...timedOut, textId: null }])
  expect(room.translations()).toHaveLength(1)

  expect(await room.demand(id, 'en')).toMatchObject({ status: 'ready', cached: true })
  expect(translator.calls.translate).toBe(1)
})

it('a reader who looks after another minute asks for it again', async () => {
  const room = await openRoom(test, { reads: 'en' })
  translator.block()
  const { id } = await room.send('Bonjour tout le monde !')
  await checkAfter(60_000)
  await room.told(1)
  translator.release()
  await waitFor(() => test.service.context.queue.size === 0, { what: 'the late result' })
  // Not at every look.
  expect((await room.look())[0]).toMatchObject({ translations: [{ status: 'failed', reason: 'timed_out' }] })
  const updatedAt = new Date(Date.now() - 61_000)
  await test.people.messageTranslation.updateMany({ where: { messageId: id }, data: { updatedAt } })
  await room.look()
  await room.told(2)
  expect(translationOf(room.translations()[1])).toMatchObject({ status: 'ready' })
})
