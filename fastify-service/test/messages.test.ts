import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Person, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

interface Page {
  data: ClientMessage[]
  page: { nextCursor: string | null; hasMore: boolean }
}

let gateway: TestGateway
let ana: Person
let ben: Person
let eve: Person
let room: string
beforeAll(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana', { preferredLanguage: 'en' })
  ben = await gateway.register('ben', { preferredLanguage: 'fr' })
  eve = await gateway.register('eve')
  room = await openRoom()
})
afterAll(() => gateway.close())

async function openRoom(): Promise<string> {
  const body = { type: 'group', title: 'Room', memberIds: [ben.user.id] }
  return (await gateway.call<{ id: string }>('POST', '/api/conversations', { token: ana.accessToken, body })).body.id
}

function send(body: object, { from = ana, to = room } = {}): Promise<Answer<ClientMessage>> {
  return gateway.call('POST', `/api/conversations/${to}/messages`, { token: from.accessToken, body })
}

describe('sending', () => {
  it('answers with the message, as its sender reads it', async () => {
    const content = 'Hello \u{1f469}\u200d\u{1f680} e\u0301 \u200fשלום'
    const { status, body } = await send({ content, originalLanguage: 'en-GB' })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      conversationId: room,
      seq: 1,
      revision: 1,
      senderId: ana.user.id,
      content,
      originalLanguage: 'en',
      replyToId: null,
      deletedAt: null,
      translations: {},
      display: { language: 'en', text: content, translated: false },
    })
    expect(body.clientMessageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })

  it('answers a repeat with the same message, and refuses other content under its id', async () => {
    const first = await send({ content: 'once', clientMessageId: 'c-1' })
    const again = await send({ content: 'once', clientMessageId: 'c-1' })
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body).toEqual(first.body)
    const other = await send({ content: 'twice', clientMessageId: 'c-1' })
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_conflict' } })
  })

  it.each([
    ['nothing', { content: '' }, 'content_invalid'],
    ['U+0000', { content: 'a\u0000' }, 'content_invalid'],
    ['half a character', { content: '\ud83d' }, 'content_invalid'],
    ['4,001 characters', { content: 'x'.repeat(4001) }, 'content_invalid'],
    ['no content', {}, 'validation_failed'],
    ['a number', { content: 5 }, 'validation_failed'],
    ['a language that is none of the ten', { content: 'x', originalLanguage: 'nl' }, 'validation_failed'],
    ['an unknown field', { content: 'x', senderId: 'somebody' }, 'validation_failed'],
    ['an empty id', { content: 'x', clientMessageId: '' }, 'validation_failed'],
    ['an id with a space', { content: 'x', clientMessageId: 'a b' }, 'validation_failed'],
    ['an id of 65 characters', { content: 'x', replyToId: 'x'.repeat(65) }, 'validation_failed'],
  ])('refuses %s', async (_, body, code) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { code } })
  })

  it('carries the request id to the translation service', async () => {
    const headers = { 'x-request-id': 'trace-me' }
    const options = { token: ana.accessToken, body: { content: 'traced' }, headers }
    await gateway.call('POST', `/api/conversations/${room}/messages`, options)
    expect(gateway.messaging.calls.filter(({ requestId }) => requestId === 'trace-me')).toHaveLength(1)
  })
})

describe('reading', () => {
  it('shows everybody the text that they read', async () => {
    const { body: sent } = await send({ content: 'Good morning', originalLanguage: 'en' })
    gateway.messaging.translate(sent.id, 'fr', 'Bonjour')
    const read = (person: Person) =>
      gateway.call<ClientMessage>('GET', `/api/messages/${sent.id}`, { token: person.accessToken })

    expect((await read(ana)).body).toMatchObject({ translations: {}, display: { text: 'Good morning' } })
    expect((await read(ben)).body).toMatchObject({
      content: 'Good morning',
      translations: { fr: { status: 'ready', text: 'Bonjour', model: 'fake', confidence: 0.9, revision: 1 } },
      display: { language: 'fr', text: 'Bonjour', translated: true },
    })

    const body = { understoodLanguages: ['en'] }
    await gateway.call('PUT', '/api/users/me', { token: ben.accessToken, body })
    expect((await read(ben)).body.display).toEqual({ language: 'en', text: 'Good morning', translated: false })
  })

  it('pages through the history backwards and forwards', async () => {
    const to = await openRoom()
    for (let index = 1; index <= 5; index += 1) await send({ content: `message ${index}` }, { to })
    const list = async (query: string) =>
      (await gateway.call<Page>('GET', `/api/conversations/${to}/messages?${query}`, { token: ben.accessToken })).body
    const seqs = ({ data }: Page) => data.map(({ seq }) => seq)

    const newest = await list('limit=2')
    expect(seqs(newest)).toEqual([4, 5])
    expect(newest.page).toEqual({ nextCursor: '4', hasMore: true })
    const older = await list(`limit=2&before=${newest.page.nextCursor}`)
    expect(seqs(older)).toEqual([2, 3])
    const oldest = await list(`limit=2&before=${older.page.nextCursor}`)
    expect(seqs(oldest)).toEqual([1])
    expect(oldest.page).toEqual({ nextCursor: null, hasMore: false })
    const forward = await list('limit=3&after=1')
    expect(seqs(forward)).toEqual([2, 3, 4])
    expect(forward.page).toEqual({ nextCursor: '4', hasMore: true })
  })

  it.each(['limit=0', 'limit=201', 'before=-1', 'before=x', 'before=4&after=1', 'cursor=1'])(
    'refuses ?%s',
    async (query) => {
      const answer = await gateway.fail('GET', `/api/conversations/${room}/messages?${query}`, {
        token: ana.accessToken,
      })
      expect(answer.body.code).toBe('validation_failed')
    },
  )
})

describe('somebody who is not a member', () => {
  it('gets exactly what they get for what does not exist', async () => {
    const { body: message } = await send({ content: 'secret' })
    const options = { token: eve.accessToken }
    const posting = { ...options, body: { content: 'let me in' } }
    const pairs = [
      ['GET', `/api/conversations/${room}/messages`, '/api/conversations/nothing/messages', options],
      ['POST', `/api/conversations/${room}/messages`, '/api/conversations/nothing/messages', posting],
      ['GET', `/api/messages/${message.id}`, '/api/messages/nothing', options],
      ['GET', '/api/messages/a%20b', '/api/messages/nothing', options],
      ['GET', `/api/conversations/${'x'.repeat(65)}`, '/api/conversations/nothing', options],
      ['POST', '/api/conversations/%F0%9F%98%80/messages', '/api/conversations/nothing/messages', posting],
    ] as const
    for (const [method, theirs, nothing, how] of pairs) {
      const refused = await gateway.fail(method, theirs, how)
      expect(refused.status).toBe(404)
      expect(withoutRequestId(refused)).toBe(withoutRequestId(await gateway.fail(method, nothing, how)))
    }
  })
})

describe('a preview', () => {
  it('translates a text that is not sent', async () => {
    const body = { text: 'Hi', targets: ['fr', 'pt-BR'] }
    const answer = await gateway.call('POST', '/api/translate', { token: ana.accessToken, body })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      source: 'en',
      translations: [
        { language: 'fr', status: 'ready', text: '[fr] Hi', reason: null },
        { language: 'pt', status: 'ready', text: '[pt] Hi', reason: null },
      ],
    })
  })

  it.each([
    { text: 'Hi', targets: [] },
    { text: 'Hi', targets: ['xx'] },
    { text: '', targets: ['fr'] },
    { text: 'Hi' },
  ])('refuses %j', async (body) => {
    expect((await gateway.fail('POST', '/api/translate', { token: ana.accessToken, body })).status).toBe(400)
  })
})

describe('while the translation service is away', () => {
  it('says so at once, and people and rooms go on', async () => {
    await gateway.messaging.stop()
    const started = performance.now()
    const answer = await send({ content: 'anybody there?' })
    expect(answer).toMatchObject({ status: 503, body: { code: 'messages_unavailable' } })
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(performance.now() - started).toBeLessThan(2_500)
    expect((await gateway.call('GET', '/api/conversations', { token: ana.accessToken })).status).toBe(200)
    expect((await gateway.call('GET', '/health')).body).toMatchObject({ status: 'degraded', messaging: 'down' })
    expect((await gateway.call('GET', '/readyz')).status).toBe(200)
    await gateway.messaging.start()
  })
})
