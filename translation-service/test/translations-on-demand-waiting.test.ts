import { credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { MessagingService } from '@meeshy/shared/messaging/contract'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FakeTranslator } from '../src/inference/testing/fake-translator.js'
import { openRoom, type Room } from './open-room.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService
let translator: FakeTranslator
let room: Room
let messageId: string

beforeEach(async () => {
  const fake = fakeModel()
  translator = fake.translator
  test = await TestService.start({ models: [fake.model] })
  room = await openRoom(test, { reads: 'fr' })
  messageId = (await room.send('Bonjour tout le monde !')).id
  translator.block()
})
afterEach(() => test.close())

/** Starts a demand, and is fulfilled when it waits. */
async function waiting(start: () => Promise<unknown>): Promise<{ answer: Promise<unknown> }> {
  const waits = vi.spyOn(test.service.context.feed, 'changeSince')
  const before = waits.mock.calls.length
  const settled = vi.fn()
  const answer = start()
  answer.then(settled, settled)
  await waitFor(async () => waits.mock.calls.length > before && (await isPending()), { what: 'the demand to wait' })
  expect(settled).not.toHaveBeenCalled()
  return { answer }
}

async function isPending(): Promise<boolean> {
  return (await room.rows(messageId)).some((row) => row.status === 'pending')
}

describe('while somebody waits', () => {
  it('another one who asks for the same gets the same computation', async () => {
    const first = await waiting(() => room.demand(messageId, 'es'))
    const second = await waiting(() => room.demand(messageId, 'es', room.senderId))
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    translator.release()
    const ready = { status: 'ready', text: '[es] Bonjour tout le monde !' }
    expect([await first.answer, await second.answer]).toMatchObject([ready, ready])
    expect(translator.calls.translate).toBe(1)
  })

  it('a deletion ends the wait with not_found', async () => {
    const { answer } = await waiting(() => room.demand(messageId, 'es'))
    const refused = expect(answer).rejects.toMatchObject({ code: 'not_found' })
    await room.remove(messageId)
    await refused
    translator.release()
    await waitFor(() => test.service.context.queue.size === 0, { what: 'the late result' })
    expect(await room.rows(messageId)).toEqual([])
  })

  it('whoever leaves meanwhile gets nothing', async () => {
    const { answer } = await waiting(() => room.demand(messageId, 'es'))
    await test.people.conversationMember.deleteMany({ where: { userId: room.memberIds[1] ?? '' } })
    translator.release()
    await expect(answer).rejects.toMatchObject({ code: 'not_found' })
  })

  it('an edit makes it a wait for the new text', async () => {
    const { answer } = await waiting(() => room.demand(messageId, 'es'))
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    await room.edit(messageId, 'Bonsoir tout le monde !')
    await waitFor(isPending, { what: 'the wait for the new text' })
    translator.release()
    expect(await answer).toMatchObject({ status: 'ready', text: '[es] Bonsoir tout le monde !', revision: 2 })
  })

  it('an edit into that language, or into text without words, ends it', async () => {
    for (const [content, language, reason] of [
      ['Buenos días a todos', 'es', 'same_language'],
      ['👍', 'fr', 'no_words'],
    ] as const) {
      const { answer } = await waiting(() => room.demand(messageId, language === 'fr' ? 'de' : 'es'))
      await room.edit(messageId, content, language)
      expect(await answer).toMatchObject({ status: 'skipped', reason })
    }
  })

  it('their deadline ends the call and not the work', async () => {
    const { host, port, serviceToken } = test.address
    const client = new MessagingService(`${host}:${port}`, credentials.createInsecure())
    const metadata = new Metadata()
    metadata.set('authorization', `Bearer ${serviceToken}`)
    const request = { messageId, userId: room.readerId, targetLanguage: 'es' }
    const failure = await new Promise<ServiceError | null>((resolve) => {
      client.translateMessage(request, metadata, { deadline: Date.now() + 300 }, (error) => resolve(error))
    })
    client.close()
    expect(failure?.code).toBe(status.DEADLINE_EXCEEDED)
    await waitFor(() => translator.requests.length === 1, { what: 'the request' })
    const { answer } = await waiting(() => room.demand(messageId, 'es'))
    translator.release()
    expect(await answer).toMatchObject({ status: 'ready' })
    expect(translator.calls.translate).toBe(1)
  })

  it('eight waiting calls of one user are enough, and others still get their turn', async () => {
    const languages = ['en', 'es', 'de', 'it', 'pt', 'ru', 'zh', 'ja', 'ar']
    const answers = languages.map((language) => room.demand(messageId, language))
    const refused = Promise.any(answers.map((answer) => answer.then(Promise.reject, (error: unknown) => error)))
    await expect(refused).resolves.toMatchObject({ code: 'overloaded', options: { retryAfterSeconds: 1 } })
    const another = room.demand(messageId, 'en', room.senderId)
    translator.release()
    const settled = await Promise.allSettled(answers)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(8)
    expect(await another).toMatchObject({ language: 'en', status: 'ready' })
    // The slots are free again.
    const again = await Promise.all(languages.slice(0, 8).map((language) => room.demand(messageId, language)))
    expect(again).toHaveLength(8)
  })
})
