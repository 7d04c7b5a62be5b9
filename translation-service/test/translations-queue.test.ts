import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeTranslator } from '../src/inference/testing/fake-translator.js'
import { priorities } from '../src/store/priorities.js'
import { openRoom, type Room } from './open-room.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService
let translator: FakeTranslator

async function start(environment: Record<string, string> = {}): Promise<void> {
  const fake = fakeModel()
  translator = fake.translator
  test = await TestService.start({ models: [fake.model] }, environment)
}
afterEach(() => test.close())

/** What the model was asked, in this order. */
const asked = () => translator.requests.map(({ text }) => text)

/** As many messages as are translated at once, with a model that does not answer. */
async function occupy(room: Room): Promise<string[]> {
  translator.block()
  const fillers = ['Premier texte', 'Deuxième texte', 'Troisième texte', 'Quatrième texte']
  for (const text of fillers) await room.send(text)
  await waitFor(() => translator.requests.length === 4, { what: 'four translations under way' })
  return fillers
}

/** Work of every priority behind a busy model, added in the wrong order. @returns the texts in the right one */
async function addWork(): Promise<{ order: string[]; answer: Promise<unknown> }> {
  const history = await openRoom(test, { reads: 'fr' })
  for (const text of ['Une vieille page', 'Une page visible', 'À demander']) await history.send(text)
  const live = await openRoom(test, { reads: 'de' })
  const fillers = await occupy(live)
  await history.prefer(history.readerId, 'en')
  await history.look({ before: 3, limit: 1 })
  const pendingAt = async (priority: number) =>
    (await test.people.messageTranslation.count({ where: { priority, status: 'pending' } })) === 1
  await waitFor(() => pendingAt(priorities.background), { what: 'the older page' })
  await live.send('Tout neuf')
  const [, , last] = await history.look({}, history.senderId)
  const answer = history.demand(last?.id ?? '', 'es')
  await waitFor(() => pendingAt(priorities.asked), { what: 'the demand' })
  return { order: [...fillers, 'À demander', 'Tout neuf', 'Une page visible', 'Une vieille page'], answer }
}

describe('work that waits', () => {
  beforeEach(() => start())

  it('goes in order: who waits for the answer, new messages, what is looked at, older pages', async () => {
    const { order, answer } = await addWork()
    translator.release()
    await answer
    await waitFor(() => translator.requests.length === order.length, { what: 'all of the work' })
    expect(asked()).toEqual(order)
  })

  it('is taken up by the next start in the same order', async () => {
    const { order, answer } = await addWork()
    const cutOff = expect(answer).rejects.toMatchObject({ code: 'translation_timeout' })
    await test.stop()
    await cutOff
    const second = fakeModel()
    translator = second.translator
    await test.run({ models: [second.model] })
    await waitFor(() => translator.requests.length === order.length, { what: 'all of the work' })
    expect(asked()).toEqual([...order.slice(4, 5), ...order.slice(0, 4), ...order.slice(5)])
  })

  it('moves forward when somebody looks at it', async () => {
    const room = await openRoom(test, { reads: 'fr' })
    for (const text of ['Une vieille page', 'Une page visible']) await room.send(text)
    const live = await openRoom(test, { reads: 'de' })
    const fillers = await occupy(live)
    await room.prefer(room.readerId, 'en')
    await room.look({ limit: 1 })
    const background = { where: { priority: priorities.background } }
    const count = () => test.people.messageTranslation.count(background)
    await waitFor(async () => (await count()) === 1, { what: 'the older page' })
    const { messages } = await test.client.list({ ...room, userId: room.readerId, before: 2 })
    expect(messages).toMatchObject([{ translations: [{ status: 'pending' }] }])
    await waitFor(async () => (await count()) === 0, { what: 'the older page to become visible' })
    await live.send('Tout neuf')
    translator.release()
    await waitFor(() => translator.requests.length === 7, { what: 'all of the work' })
    expect(asked()).toEqual([...fillers, 'Tout neuf', 'Une page visible', 'Une vieille page'])
  })
})

describe('a full queue', () => {
  beforeEach(() => start({ QUEUE_LIMIT: '5' }))

  it('loses nothing, and grows no longer', async () => {
    const room = await openRoom(test, { reads: 'en' })
    translator.block()
    await Promise.all(Array.from({ length: 30 }, (_, index) => room.send(`Message numéro ${index}`)))
    expect(test.service.context.queue.size).toBe(5)
    translator.release()
    await room.told(30)
    expect(translator.calls.translate).toBe(30)
    await waitFor(() => test.service.context.queue.size === 0, { what: 'an empty queue' })
  })

  it('lets a demand in before everything else', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const fillers = await occupy(room)
    const messages = []
    for (let index = 0; index < 10; index += 1) messages.push(await room.send(`Message numéro ${index}`))
    const answer = room.demand(messages.at(-1)?.id ?? '', 'es')
    const demands = () => test.people.messageTranslation.count({ where: { priority: priorities.asked } })
    await waitFor(async () => (await demands()) === 1, { what: 'the demand' })
    translator.release()
    expect(await answer).toMatchObject({ language: 'es', status: 'ready' })
    await room.told(15)
    expect(asked()[fillers.length]).toBe('Message numéro 9')
  })
})
