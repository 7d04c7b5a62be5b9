import { newId } from '@meeshy/shared/ids'
import { startFakeMessaging } from '@meeshy/shared/testing/fake-messaging'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { signIn, type TestSocket } from './socket.js'
import { openWay } from './stoppable-way.js'
import { startTestGateway, type TestGateway } from './support.js'

const knownDownLimitMs = 300
const deadlineMs = 2_000

let gateway: TestGateway
let socket: TestSocket
let token: string
let conversationId: string

beforeEach(async () => {
  gateway = await startTestGateway()
  token = (await gateway.register('ana', { preferredLanguage: 'en' })).accessToken
  const body = { type: 'group', title: 'Alone', memberIds: [] }
  conversationId = (await gateway.call<{ id: string }>('POST', '/api/conversations', { token, body })).body.id
  socket = await signIn(gateway.url, token)
})

afterEach(async () => {
  await gateway.close()
})

function draft(content: string) {
  return { conversationId, content, clientMessageId: newId() }
}

async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
  const start = performance.now()
  const result = await work
  return { result, ms: performance.now() - start }
}

const ready = () => gateway.context.messaging.ready()

it('answers at once with a retryable problem while the service is down, and works again after', async () => {
  await gateway.messaging.stop()
  await waitFor(() => !ready(), { what: 'the link to break' })
  const first = await timed(socket.fail('message.send', draft('one')))
  expect(first.result).toMatchObject({ code: 'messages_unavailable', status: 503 })
  const later = await timed(socket.fail('message.send', draft('two')))
  expect(later.result.code).toBe('messages_unavailable')
  expect(later.ms).toBeLessThan(knownDownLimitMs)
  expect(await socket.request('ping', {})).toMatchObject({ ok: true })

  await gateway.messaging.start()
  await waitFor(ready, { what: 'the link to come back' })
  expect(await socket.request('message.send', draft('three'))).toMatchObject({ ok: true })
})

it('loses no event of the time without the service, and none twice', async () => {
  await socket.request('message.send', draft('before'))
  const before = await socket.next('message.new')
  await gateway.messaging.stop()
  // Written while nobody could listen: the translator is still at work when the connection is cut.
  gateway.messaging.failTranslation(before.data.id, 'fr', 'failed', 'no_model')
  await gateway.messaging.start()
  await waitFor(ready, { what: 'the link to come back' })
  for (const content of ['after', 'the end']) await socket.request('message.send', draft(content))
  await socket.next('message.new', 2)
  // Event 2 was for readers of French; 3 and 4 came exactly once, after it.
  expect(socket.framesOf('message.new').map(({ eventSeq, data }) => [eventSeq, data.content])).toEqual([
    [1, 'before'],
    [3, 'after'],
    [4, 'the end'],
  ])
})

it('delivers what was stored while the feed was broken', async () => {
  const bruno = await gateway.register('bruno', { preferredLanguage: 'fr' })
  const body = { type: 'direct', memberIds: [bruno.user.id] }
  const direct = await gateway.call<{ id: string }>('POST', '/api/conversations', { token, body })
  const brunosSocket = await signIn(gateway.url, bruno.accessToken)
  await socket.request('message.send', { ...draft('Hello'), conversationId: direct.body.id })
  const { data } = await brunosSocket.next('message.new')
  await gateway.messaging.stop()
  gateway.messaging.translate(data.id, 'fr', 'Bonjour')
  await gateway.messaging.start()
  expect((await brunosSocket.next('message.translated')).data.text).toBe('Bonjour')
})

it('brings a backlog of more frames than a slow consumer may have', async () => {
  await socket.request('message.send', draft('before'))
  const { data } = await socket.next('message.new')
  const bruno = await gateway.register('bruno', { preferredLanguage: 'fr' })
  const body = { type: 'direct', memberIds: [bruno.user.id] }
  const direct = await gateway.call<{ id: string }>('POST', '/api/conversations', { token, body })
  const sent = { ...draft('Hello'), conversationId: direct.body.id }
  const ack = await socket.request('message.send', sent)
  const brunosSocket = await signIn(gateway.url, bruno.accessToken)
  await gateway.messaging.stop()
  const { id } = ack.ok ? (ack.data as typeof data) : data
  for (let count = 0; count < 1500; count += 1) gateway.messaging.translate(id, 'fr', `Bonjour ${count}`)
  await gateway.messaging.start()
  await brunosSocket.next('message.translated', 1499)
  expect(brunosSocket.closed).toBeNull()
})

it('gives up within the deadline when the service does not answer, and then fails at once', async () => {
  const service = await startFakeMessaging()
  const way = await openWay(service.port)
  const stoppable = await startTestGateway({ GRPC_PORT: String(way.port) })
  const { accessToken } = await stoppable.register('bruno')
  const body = { type: 'group', title: 'Alone', memberIds: [] }
  const made = await stoppable.call<{ id: string }>('POST', '/api/conversations', { token: accessToken, body })
  const brunosSocket = await signIn(stoppable.url, accessToken)
  const fail = () => timed(brunosSocket.fail('message.send', { ...draft('lost'), conversationId: made.body.id }))

  const linesBefore = stoppable.lines.length
  way.stop()
  // The second call without an answer makes the link look for another connection; none is to be had.
  for (const { result, ms } of [await fail(), await fail()]) {
    expect(result.code).toBe('messages_unavailable')
    expect(ms).toBeLessThan(deadlineMs + 500)
  }
  const isDown = () => stoppable.lines.slice(linesBefore).some((line) => line.includes('service does not answer'))
  await waitFor(isDown, { what: 'the link to be down' })
  const later = await fail()
  expect(later.result.code).toBe('messages_unavailable')
  expect(later.ms).toBeLessThan(knownDownLimitMs)
  await stoppable.close()
  await way.close()
  await service.close()
})

it('sends everybody for a new hello when the messages are those of another database', async () => {
  await socket.request('message.send', draft('before'))
  await socket.next('message.new')
  await gateway.messaging.stop()
  gateway.messaging.renewEpoch()
  await gateway.messaging.start()
  expect((await socket.waitForClose()).code).toBe(1012)
  await waitFor(ready, { what: 'the link to come back' })
  const again = await signIn(gateway.url, token)
  const epochs = [await socket.next('hello'), await again.next('hello')].map((hello) => hello.data.epoch)
  expect(epochs[0]).not.toBe(epochs[1])
  await again.request('message.send', draft('after'))
  expect((await again.next('message.new')).data.content).toBe('after')
})

it('sends everybody for a fresh look when the service has forgotten what happened meanwhile', async () => {
  await socket.request('message.send', draft('before'))
  const { data } = await socket.next('message.new')
  await gateway.messaging.stop()
  gateway.messaging.failTranslation(data.id, 'fr', 'failed', 'no_model')
  gateway.messaging.forgetEvents()
  await gateway.messaging.start()
  expect((await socket.waitForClose()).code).toBe(1012)
  expect(gateway.lines.filter((line) => line.includes('"reason":"retention"'))).toHaveLength(1)
  await waitFor(ready, { what: 'the link to come back' })
  const again = await signIn(gateway.url, token)
  await again.request('message.send', draft('after'))
  expect((await again.next('message.new')).data.content).toBe('after')
})

it('writes down its place in the feed, and when a conversation was last active', async () => {
  await socket.request('message.send', draft('first'))
  await socket.next('message.new')
  const { database } = gateway.context
  const stored = async () => (await database.feedCursor.findUnique({ where: { consumer: 'gateway' } }))?.cursor
  const active = async () => (await database.conversation.findUnique({ where: { id: conversationId } }))?.lastActivityAt
  const createdAt = (await socket.next('message.new')).data.createdAt
  await waitFor(async () => (await stored())?.endsWith('/1') ?? false, { what: 'the cursor to be written' })
  expect((await active())?.toISOString()).toBe(createdAt)
})
