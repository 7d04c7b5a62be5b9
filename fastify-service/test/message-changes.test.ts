import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Person, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

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
  gateway.people.roleOf = (_, userId) => (userId === eve.user.id ? null : 'member')
  const body = { type: 'group', title: 'Room', memberIds: [ben.user.id] }
  room = (await gateway.call<{ id: string }>('POST', '/api/conversations', { token: ana.accessToken, body })).body.id
})
afterAll(() => gateway.close())

async function send(content: string): Promise<ClientMessage> {
  const path = `/api/conversations/${room}/messages`
  return (await gateway.call<ClientMessage>('POST', path, { token: ana.accessToken, body: { content } })).body
}

function as<Body = ClientMessage>(
  { accessToken: token }: Person,
  method: string,
  path: string,
  body?: object,
): Promise<Answer<Body>> {
  return gateway.call(method, path, { token, ...(body && { body }) })
}

describe('editing', () => {
  it('answers with the new revision', async () => {
    const { id, revision } = await send('first')
    const edited = await as(ana, 'PUT', `/api/messages/${id}`, { content: 'second', expectedRevision: revision })
    expect(edited).toMatchObject({
      status: 200,
      body: { id, content: 'second', revision: 2, display: { text: 'second' } },
    })
    const late = await as(ana, 'PUT', `/api/messages/${id}`, { content: 'third', expectedRevision: revision })
    expect(late).toMatchObject({ status: 409, body: { code: 'edit_conflict' } })
  })

  it('is for the author: another member may not, and a stranger sees nothing to edit', async () => {
    const { id } = await send('mine')
    expect(await as(ben, 'PUT', `/api/messages/${id}`, { content: 'yours' })).toMatchObject({ status: 403 })
    const token = eve.accessToken
    const foreign = await gateway.fail('PUT', `/api/messages/${id}`, { token, body: { content: 'x' } })
    const absent = await gateway.fail('PUT', `/api/messages/${newId()}`, { token, body: { content: 'x' } })
    expect(foreign.status).toBe(404)
    expect(withoutRequestId(foreign)).toBe(withoutRequestId(absent))
  })
})

it('deleting leaves a tombstone', async () => {
  const { id, seq } = await send('regrettable')
  expect(await as(ben, 'DELETE', `/api/messages/${id}`)).toMatchObject({ status: 403 })
  expect((await as(ana, 'DELETE', `/api/messages/${id}`)).status).toBe(204)
  const { body } = await as(ben, 'GET', `/api/messages/${id}`)
  expect(body).toMatchObject({ seq, content: null, display: null, translations: {} })
  expect(body.deletedAt).toMatch(/Z$/)
  expect((await as(ana, 'DELETE', `/api/messages/${id}`)).status).toBe(204)
})

describe('translations', () => {
  it('come on demand, in any language', async () => {
    const { id } = await send('hello')
    const answer = await as(ben, 'POST', `/api/messages/${id}/translate`, { targetLanguage: 'pt-BR' })
    expect(answer).toMatchObject({ status: 200, body: { language: 'pt', status: 'ready', text: '[pt] hello' } })
    expect(await as(ben, 'POST', `/api/messages/${id}/translate`, { targetLanguage: 'tlh' })).toMatchObject({
      status: 400,
    })
    expect(await as(eve, 'POST', `/api/messages/${id}/translate`, { targetLanguage: 'pt' })).toMatchObject({
      status: 404,
    })
  })

  it('come all together when asked for', async () => {
    const { id } = await send('hello again')
    for (const targetLanguage of ['pt', 'de'])
      await as(ben, 'POST', `/api/messages/${id}/translate`, { targetLanguage })
    const { body } = await as(ana, 'GET', `/api/messages/${id}?translations=all`)
    expect(Object.keys(body.translations).sort()).toEqual(['de', 'pt'])
    expect((await as(ana, 'GET', `/api/messages/${id}`)).body.translations).toEqual({})
    const page = await as<{ data: ClientMessage[] }>(
      ana,
      'GET',
      `/api/conversations/${room}/messages?limit=1&translations=all`,
    )
    expect(Object.keys(page.body.data[0]?.translations ?? {}).sort()).toEqual(['de', 'pt'])
  })
})

describe('reading', () => {
  it('moves a mark, by number or by message, and never back', async () => {
    const [first, second] = [await send('one'), await send('two')]
    const byMessage = await as(ben, 'POST', `/api/messages/${first.id}/read`)
    expect(byMessage).toMatchObject({ status: 200, body: { conversationId: room, seq: first.seq, unreadCount: 1 } })
    const path = `/api/conversations/${room}/read`
    expect(await as(ben, 'POST', path, { seq: second.seq })).toMatchObject({
      body: { seq: second.seq, unreadCount: 0 },
    })
    expect(await as(ben, 'POST', path, { seq: 1 })).toMatchObject({ body: { seq: second.seq, unreadCount: 0 } })
    expect(await as(eve, 'POST', path, { seq: 1 })).toMatchObject({ status: 404 })
  })

  it('is counted in the list of conversations, with the last message', async () => {
    const { id, seq } = await send('the last word')
    const list = () => as<{ data: object[] }>(ben, 'GET', '/api/conversations')
    expect((await list()).body.data).toMatchObject([
      { id: room, lastSeq: seq, unreadCount: 1, lastMessage: { id, content: 'the last word' } },
    ])
    await as(ben, 'POST', `/api/messages/${id}/read`)
    expect((await list()).body.data).toMatchObject([{ unreadCount: 0, readSeq: seq }])
  })

  it('leaves the list of conversations standing when messages are not available', async () => {
    await gateway.messaging.stop()
    const { status, body } = await as<{ data: object[] }>(ben, 'GET', '/api/conversations')
    await gateway.messaging.start()
    expect({ status, data: body.data }).toMatchObject({
      status: 200,
      data: [{ id: room, title: 'Room', lastSeq: null, unreadCount: null, lastMessage: null }],
    })
  })
})
