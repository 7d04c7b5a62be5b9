import { request } from 'node:http'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Person, startTestGateway, type TestGateway } from './support.js'

const body = { text: 'Hi', targets: ['fr'] }

interface Previewed {
  source: string
  translations: Array<{ language: string; backTranslation?: string | null; backTranslationReason?: string | null }>
}

let gateway: TestGateway
let people: Person[]
beforeAll(async () => {
  gateway = await startTestGateway()
  people = await Promise.all(Array.from({ length: 9 }, (_, index) => gateway.register(`person-${index}`)))
})
afterAll(() => gateway.close())

function start({ accessToken }: Person, signal: AbortSignal, asked: object = body): void {
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
  const sent = request(`${gateway.url}/api/translate`, { method: 'POST', headers, signal, agent: false })
  sent.on('error', () => {})
  sent.end(JSON.stringify(asked))
}

function running(): number {
  return gateway.messaging.calls.filter(({ method }) => method === 'TranslateText').length
}

async function startEight(person: Person, signal: AbortSignal): Promise<void> {
  const wanted = running() + 8
  for (let count = 0; count < 8; count += 1) start(person, signal)
  await waitFor(() => running() === wanted, { what: 'eight previews under way' })
}

it('are refused beyond 8 of one person and 64 of all, and given up when their client leaves', async () => {
  const [ana, ...others] = people as [Person, ...Person[]]
  const last = others.pop() as Person
  const clients = new AbortController()
  gateway.messaging.hang()

  await startEight(ana, clients.signal)
  const tooMany = await gateway.fail('POST', '/api/translate', { token: ana.accessToken, body })
  expect(tooMany.body).toMatchObject({ status: 429, code: 'rate_limited' })
  expect(Number(tooMany.headers.get('retry-after'))).toBeGreaterThan(0)

  for (const person of others) await startEight(person, clients.signal)
  const full = await gateway.fail('POST', '/api/translate', { token: last.accessToken, body })
  expect(full.body).toMatchObject({ status: 503, code: 'overloaded' })
  expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0)

  clients.abort()
  await waitFor(() => gateway.messaging.cancelled.length === 64, { what: 'the calls to be given up' })
  gateway.messaging.resume()
  const answer = await gateway.call('POST', '/api/translate', { token: ana.accessToken, body })
  expect(answer.status).toBe(200)
})

it('are translated back when asked for, one after the other, each from its own language', async () => {
  const [{ accessToken: token }] = people as [Person]
  const asked = { text: 'Hi', targets: ['fr', 'pt'], source: 'en', backTranslate: true }
  const before = gateway.messaging.calls.length
  const answer = await gateway.call<Previewed>('POST', '/api/translate', { token, body: asked })
  expect(answer.body.translations).toMatchObject([
    { language: 'fr', text: '[fr] Hi', backTranslation: '[en] [fr] Hi', backTranslationReason: null },
    { language: 'pt', text: '[pt] Hi', backTranslation: '[en] [pt] Hi', backTranslationReason: null },
  ])
  expect(gateway.messaging.calls.slice(before).map(({ request }) => request)).toMatchObject([
    { text: 'Hi', source: 'en', targets: ['fr', 'pt'] },
    { text: '[fr] Hi', source: 'fr', targets: ['en'] },
    { text: '[pt] Hi', source: 'pt', targets: ['en'] },
  ])
  const plain = await gateway.call<Previewed>('POST', '/api/translate', {
    token,
    body: { ...asked, backTranslate: false },
  })
  expect(plain.body.translations[0]).not.toHaveProperty('backTranslation')
})

it('say why there is no way back', async () => {
  const [{ accessToken: token }] = people as [Person]
  // The translation is longer than a text may be.
  const asked = { text: 'x'.repeat(3_998), targets: ['fr'], backTranslate: true }
  const answer = await gateway.call<Previewed>('POST', '/api/translate', { token, body: asked })
  expect(answer).toMatchObject({
    status: 200,
    body: { translations: [{ status: 'ready', backTranslation: null, backTranslationReason: 'content_invalid' }] },
  })
})

it('stop on their way back when their client leaves, and hold one of its slots until then', async () => {
  const [ana] = people as [Person]
  const client = new AbortController()
  const before = running()
  const cancelledBefore = gateway.messaging.cancelled.length
  const { messaging } = gateway.context
  const translate = messaging.translate.bind(messaging)
  const answering = vi.spyOn(messaging, 'translate').mockImplementationOnce(async (...call) => {
    const there = await translate(...call)
    gateway.messaging.hang()
    return there
  })
  start(ana, client.signal, { ...body, targets: ['fr', 'es'], backTranslate: true })
  await waitFor(() => running() === before + 2, { what: 'the first way back to be under way' })
  client.abort()
  await waitFor(() => gateway.messaging.cancelled.length > cancelledBefore, { what: 'the call to be given up' })
  gateway.messaging.resume()
  answering.mockRestore()
  await gateway.call('POST', '/api/translate', { token: ana.accessToken, body })
  expect(running()).toBe(before + 3)
})
