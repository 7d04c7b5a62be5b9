import { request } from 'node:http'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Person, startTestGateway, type TestGateway } from './support.js'

const body = { text: 'Hi', targets: ['fr'] }

let gateway: TestGateway
let people: Person[]
beforeAll(async () => {
  gateway = await startTestGateway()
  people = await Promise.all(Array.from({ length: 9 }, (_, index) => gateway.register(`person-${index}`)))
})
afterAll(() => gateway.close())

function start({ accessToken }: Person, signal: AbortSignal): void {
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
  const sent = request(`${gateway.url}/api/translate`, { method: 'POST', headers, signal, agent: false })
  sent.on('error', () => {})
  sent.end(JSON.stringify(body))
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
