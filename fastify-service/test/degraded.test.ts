import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import { newId } from '@meeshy/shared/ids'
import { type FakeMessaging, startFakeMessaging } from '@meeshy/shared/testing/fake-messaging'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConversationSummary } from '../src/store/conversations/conversation-summary.js'
import { openBlackHole } from './black-hole.js'
import { signIn } from './socket.js'
import { openWay, type StoppableWay } from './stoppable-way.js'
import { type Answer, type Person, password, startTestGateway, type TestGateway } from './support.js'

const knownDownLimitMs = 300
/** The deadline of a call, and some time for a busy machine. */
const unknownLimitMs = 2_000 + 1_000

let service: FakeMessaging
let way: StoppableWay
let gateway: TestGateway
let ana: Person
let room: string
let closeHole: (() => Promise<void>) | undefined

beforeEach(async () => {
  service = await startFakeMessaging()
  way = await openWay(service.port)
  gateway = await startTestGateway({ GRPC_PORT: String(way.port) })
  ana = await gateway.register('ana')
  room = (await call<{ id: string }>('POST', '/api/conversations', { type: 'group', title: 'Room', memberIds: [] })).id
  expect(await send()).toMatchObject({ status: 201 })
})
afterEach(async () => {
  await endHole()
  await gateway.close()
  await way.close()
  await service.close()
})

async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
  const answer = await timed(() => gateway.call<Body>(method, path, { token: ana.accessToken, ...(body && { body }) }))
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300)
  expect(answer.ms, `${method} ${path}`).toBeLessThan(unknownLimitMs)
  return answer.body
}

async function timed<Result>(work: () => Promise<Result>): Promise<Result & { ms: number }> {
  const start = performance.now()
  const result = await work()
  return { ...result, ms: performance.now() - start }
}

function send(): Promise<Answer<ClientMessage> & { ms: number }> {
  const options = { token: ana.accessToken, body: { content: 'Hello' } }
  return timed(() => gateway.call('POST', `/api/conversations/${room}/messages`, options))
}

function expectRetryable(answer: Answer & { ms: number }, limitMs: number): void {
  expect(answer).toMatchObject({ status: 503, body: { code: 'messages_unavailable' } })
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(answer.ms).toBeLessThan(limitMs)
}

const isDown = () => !gateway.context.messaging.ready()

async function readHealth(): Promise<{ status: string }> {
  return (await gateway.call<{ status: string }>('GET', '/health')).body
}

/** Everything that is not about messages. */
async function liveWithoutMessages(): Promise<void> {
  const { data } = await call<{ data: ConversationSummary[] }>('GET', '/api/conversations')
  expect(data).toMatchObject([{ id: room, title: 'Room', lastMessage: null, unreadCount: null, lastSeq: null }])
  await call('POST', '/api/auth/login', { login: 'ana', password })
  await call('PUT', '/api/users/me', { displayName: 'Ana A.' })
  const ben = await gateway.register('ben')
  await call('POST', `/api/conversations/${room}/members`, { userId: ben.user.id })
  await call('PUT', `/api/conversations/${room}`, { title: 'Room' })
  await call('PUT', `/api/conversations/${room}/settings`, { pinned: true })
  await call('DELETE', `/api/conversations/${room}/members/${ben.user.id}`)
  const direct = { type: 'direct', memberIds: [ben.user.id] }
  await call('POST', '/api/conversations', direct)
  const { id } = await call<{ id: string }>('POST', '/api/conversations', { ...direct, type: 'group', title: 'Short' })
  await call('DELETE', `/api/conversations/${id}`)
}

/** What a service that is gone looks like from here, and how it ends. */
const outages: Array<[string, () => unknown]> = [
  ['stopped', () => way.refuse()],
  ['frozen', () => way.stop()],
  ['unreachable', () => openHole()],
  ['cut off in the middle of its answers', () => way.cutAnswers()],
  ['hung behind a connection that works', () => service.hang()],
]

async function openHole(): Promise<void> {
  way.vacate()
  closeHole = (await openBlackHole(way.port)).close
}

async function endHole(): Promise<void> {
  await closeHole?.()
  closeHole = undefined
}

async function mend(): Promise<void> {
  await endHole()
  service.resume()
  await way.go()
}

describe.each(outages)('with the translation service %s', (_, begin) => {
  it('people and rooms go on, sends fail at once, and it is over by itself', { timeout: 60_000 }, async () => {
    const socket = await signIn(gateway.url, ana.accessToken)
    await begin()
    const [first, second] = await Promise.all([send(), send()])
    for (const answer of [first, second]) expectRetryable(answer, unknownLimitMs)
    await waitFor(isDown, { what: 'the link to be down', timeoutMs: 1_000 })

    const waits: number[] = []
    for (let count = 0; count < 20; count += 1) {
      const answer = await send()
      expectRetryable(answer, unknownLimitMs)
      waits.push(answer.ms)
    }
    expect(waits.sort((one, other) => one - other)[10]).toBeLessThan(knownDownLimitMs)
    const draft = { conversationId: room, content: 'Hello', clientMessageId: newId() }
    const failed = await timed(() => socket.fail('message.send', draft))
    expect(failed).toMatchObject({ code: 'messages_unavailable', status: 503 })
    expect(failed.ms).toBeLessThan(unknownLimitMs)

    await liveWithoutMessages()
    const token = ana.accessToken
    for (const path of [`/api/conversations/${room}/messages`, `/api/messages/${newId()}`]) {
      expectRetryable(await timed(() => gateway.call('GET', path, { token })), unknownLimitMs)
    }
    const preview = { token, body: { text: 'Hello', targets: ['fr'] } }
    expectRetryable(await timed(() => gateway.call('POST', '/api/translate', preview)), unknownLimitMs)
    expect(await gateway.call('GET', '/health')).toMatchObject({
      status: 200,
      body: { status: 'degraded', database: 'up', messaging: 'down' },
    })
    expect(await gateway.call('GET', '/readyz')).toMatchObject({ status: 200 })

    await mend()
    await waitFor(() => !isDown(), { what: 'the link to come back' })
    // A call that was under way on the broken connection may still take the link down once more.
    await waitFor(async () => (await send()).status === 201, { what: 'sends to work again' })
    await waitFor(async () => (await readHealth()).status === 'ok', { what: 'the health page to say so' })
  })
})

it('a frozen service is noticed also when nobody calls', async () => {
  way.stop()
  const degraded = async () => (await readHealth()).status === 'degraded'
  await waitFor(degraded, { what: 'the health page to say so', timeoutMs: 6_000 })
})

it('one call that takes too long costs nobody the event stream', async () => {
  const streams = () => service.calls.filter(({ method }) => method === 'SubscribeEvents').length
  await waitFor(() => streams() === 1, { what: 'the event stream' })
  service.hang()
  const sending = send()
  await waitFor(() => service.calls.filter(({ method }) => method === 'CreateMessage').length === 2, { what: 'a call' })
  service.resume()
  expectRetryable(await sending, unknownLimitMs)
  await waitFor(() => !isDown(), { what: 'the answer to the probe' })
  expect(await send()).toMatchObject({ status: 201 })
  expect(streams()).toBe(1)
})
