import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fakeModel, TestService } from './start-service.js'

let test: TestService

beforeAll(async () => {
  test = await TestService.start({ models: [fakeModel().model] })
})
afterAll(() => test.close())

function message(conversationId: string, senderId: string | undefined, content = `Hello ${newId()}`) {
  return { conversationId, senderId: senderId ?? '', content, clientMessageId: newId(), originalLanguage: 'en' }
}

describe('who may do what', () => {
  it('is decided here: a stranger gets the same answer as for a conversation that does not exist', async () => {
    const { conversationId, memberIds } = await test.createRoom([{ reads: 'en' }])
    const { memberIds: strangers } = await test.createRoom([{ reads: 'en' }])
    const [stranger = ''] = strangers
    const { message: stored } = await test.client.create(message(conversationId, memberIds[0]))
    const unknown = newId()
    const pairs = [
      [test.client.create(message(conversationId, stranger)), test.client.create(message(unknown, stranger))],
      [
        test.client.list({ conversationId, userId: stranger }),
        test.client.list({ conversationId: unknown, userId: stranger }),
      ],
      [
        test.client.read({ messageId: stored?.id ?? '', userId: stranger }),
        test.client.read({ messageId: unknown, userId: stranger }),
      ],
    ]
    for (const [forbidden, absent] of pairs) {
      const [first, second] = await Promise.all([rejection(forbidden), rejection(absent)])
      expect(first).toMatchObject({ code: 'not_found' })
      expect({ ...first }).toEqual({ ...second })
    }
  })

  it('refuses somebody whose account was deactivated', async () => {
    const { conversationId, memberIds } = await test.createRoom([{ reads: 'en' }, { reads: 'en' }])
    const [id = ''] = memberIds
    await test.people.user.update({ where: { id }, data: { deactivatedAt: new Date() } })
    expect(await rejection(test.client.create(message(conversationId, id)))).toMatchObject({ code: 'not_found' })
  })
})

describe('what a request may hold', () => {
  it.each([
    ['clientMessageId', { clientMessageId: 'a b' }],
    ['conversationId', { conversationId: '' }],
    ['senderId', { senderId: '../..' }],
    ['originalLanguage', { originalLanguage: 'tlh' }],
  ])('refuses a bad %s and names it', async (name, wrong) => {
    const { conversationId, memberIds } = await test.createRoom([{ reads: 'en' }])
    const problem = await rejection(test.client.create({ ...message(conversationId, memberIds[0]), ...wrong }))
    expect(problem).toMatchObject({ code: 'bad_request', detail: expect.stringContaining(name) })
  })

  it('answers only to messages of the same conversation', async () => {
    const here = await test.createRoom([{ reads: 'en' }])
    const there = await test.createRoom([{ reads: 'en' }])
    const { message: elsewhere } = await test.client.create(message(there.conversationId, there.memberIds[0]))
    const reply = { ...message(here.conversationId, here.memberIds[0]), replyToId: elsewhere?.id ?? '' }
    expect(await rejection(test.client.create(reply))).toMatchObject({ code: 'not_found' })
  })
})

describe('under many writers', () => {
  it('numbers densely, loses nothing, and keeps a failed write from harming its neighbours', async () => {
    const { conversationId, memberIds } = await test.createRoom([{ reads: 'en' }, { reads: 'fr' }])
    const first = message(conversationId, memberIds[0])
    await test.client.create(first)
    const reused = { ...first, content: 'Something else' }
    const attempts = Array.from({ length: 200 }, (_, index) =>
      test.client.create(index % 10 === 0 ? reused : message(conversationId, memberIds[index % 2])),
    )
    const settled = await Promise.allSettled(attempts)
    const seqs = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.message?.seq ?? 0] : []))
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(20)
    expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: 180 }, (_, index) => index + 2))
  })
})

function rejection(promise: Promise<unknown> | undefined): Promise<object> {
  return Promise.resolve(promise).then(
    () => Promise.reject(new Error('expected a refusal')),
    (error: object) => error,
  )
}
