import { afterEach, beforeEach, expect, it } from 'vitest'
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

it('are bounded for each user, and a send beside them does not wait', async () => {
  const room = await openRoom(test, { reads: 'fr' })
  translator.block()
  const preview = (index: number, userId = room.senderId) =>
    test.client.translate({ userId, text: `Bonjour ${index}`, source: 'fr', targets: ['en'] })
  const previews = Array.from({ length: 9 }, (_, index) => preview(index))
  const refused = Promise.any(previews.map((one) => one.then(Promise.reject, (error: unknown) => error)))
  await expect(refused).resolves.toMatchObject({ code: 'overloaded', options: { retryAfterSeconds: 1 } })
  const another = preview(10, room.readerId)
  await room.send('Bonjour tout le monde !')
  translator.release()
  const settled = await Promise.allSettled(previews)
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(8)
  expect((await another).translations).toMatchObject([{ status: 'ready' }])
  // The slots are free again.
  expect((await preview(11)).translations).toMatchObject([{ status: 'ready' }])
})

it('leave a text as it is in its own language', async () => {
  const room = await openRoom(test, { reads: 'fr' })
  const request = { userId: room.senderId, text: 'Bonjour', source: 'fr', targets: ['fr', 'en'] }
  expect((await test.client.translate(request)).translations).toMatchObject([
    { language: 'fr', status: 'skipped', reason: 'same_language' },
    { language: 'en', status: 'ready', text: '[en] Bonjour' },
  ])
})

it('are known to the memory when the text is sent, also after a restart', async () => {
  const room = await openRoom(test, { reads: 'en' })
  const request = { userId: room.senderId, text: 'Bonjour', source: 'fr', targets: ['en'] }
  await test.client.translate(request)
  await test.restart({ models: [fakeModel().model] })
  expect((await room.send('Bonjour')).translations).toMatchObject([{ status: 'ready', cached: true }])
  expect(translator.calls.translate).toBe(1)
})
