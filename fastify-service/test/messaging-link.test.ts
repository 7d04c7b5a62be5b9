import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { newId } from '@meeshy/shared/ids'
import { createLogger } from '@meeshy/shared/logging'
import type { Problem } from '@meeshy/shared/problems'
import { type FakeMessaging, startFakeMessaging } from '@meeshy/shared/testing/fake-messaging'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, expect, it } from 'vitest'
import { connectMessaging, type MessagingClient } from '../src/grpc/client.js'
import { Messaging } from '../src/grpc/messaging.js'

const serviceToken = 'a-service-token-of-the-tests-0123456789'
const log = createLogger({ service: 'gateway', level: 'fatal', directory: '' })
const opened: Array<() => unknown> = []

afterEach(async () => {
  for (let close = opened.pop(); close; close = opened.pop()) await close()
})

function link(port: number, token = serviceToken) {
  const made = connectMessaging({ host: '127.0.0.1', port, serviceToken: token, log })
  opened.push(() => made.close())
  return { ...made, messaging: new Messaging(made) }
}

async function fake(): Promise<FakeMessaging> {
  const made = await startFakeMessaging({ serviceToken })
  opened.push(() => made.close())
  return made
}

async function listen(onConnection: (socket: Socket) => void, port = 0) {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const close = () => {
    cut()
    return new Promise((resolve) => server.close(resolve))
  }
  opened.push(close)
  return { port: (server.address() as AddressInfo).port, cut, close }
}

function draft() {
  return { conversationId: newId(), senderId: newId(), content: 'Hello' }
}

async function millisecondsOf(work: Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work.catch(() => {})
  return performance.now() - start
}

it('carries the request id, and mints a clientMessageId where there is none', async () => {
  const service = await fake()
  const { messaging } = link(service.port)
  const { message, created } = await messaging.send(draft(), 'request-7')
  expect(created).toBe(true)
  expect(message.clientMessageId).toMatch(/^[\da-f-]{36}$/)
  expect(service.calls).toEqual([{ method: 'CreateMessage', requestId: 'request-7', request: expect.anything() }])
})

it('takes the problem of the service as it is', async () => {
  const { messaging } = link((await fake()).port)
  await expect(messaging.read({ messageId: newId(), userId: newId() }, newId())).rejects.toMatchObject({
    code: 'not_found',
  })
})

it('does not ask people to sign in when the service refuses the service token', async () => {
  const { messaging } = link((await fake()).port, 'another-service-token-0123456789abcdef')
  await expect(messaging.send(draft(), newId())).rejects.toMatchObject({ code: 'messages_unavailable' })
})

it('is down and fails at once when nobody listens', async () => {
  const { port, close } = await listen(() => {})
  await close()
  const { state, messaging } = link(port)
  await waitFor(() => state() === 'down', { what: 'the link to be down' })
  expect(await millisecondsOf(messaging.send(draft(), newId()))).toBeLessThan(300)
})

it('is down and fails at once when the peer takes connections and never answers, and gets out of it', async () => {
  const blackHole = await listen(() => {})
  const { state, messaging } = link(blackHole.port)
  await waitFor(() => state() === 'down', { what: 'the link to be down' })
  expect(await millisecondsOf(messaging.send(draft(), newId()))).toBeLessThan(300)

  const service = await fake()
  await blackHole.close()
  await listen((socket) => {
    const peer = connect(service.port, '127.0.0.1').on('error', () => {})
    socket.pipe(peer).pipe(socket)
  }, blackHole.port)
  await waitFor(() => state() === 'ready', { what: 'the link to be ready' })
  await messaging.send(draft(), newId())
})

it('notices a peer that stopped while connected', async () => {
  const service = await fake()
  const sockets: Socket[] = []
  const proxy = await listen((socket) => {
    const peer = connect(service.port, '127.0.0.1').on('error', () => {})
    sockets.push(socket, peer)
    socket.pipe(peer).pipe(socket)
  })
  const { state, messaging } = link(proxy.port)
  await waitFor(() => state() === 'ready', { what: 'the link to be ready' })
  // Like a process under SIGSTOP: its kernel takes what comes, and nothing comes back. New connections hang too.
  for (const socket of sockets) socket.unpipe()
  await service.stop()
  const waits = [
    await millisecondsOf(messaging.send(draft(), newId())),
    await millisecondsOf(messaging.send(draft(), newId())),
  ]
  for (const wait of waits) expect(wait).toBeLessThan(2_500)
  await waitFor(() => state() === 'down', { what: 'the link to be down', timeoutMs: 2_000 })
  expect(await millisecondsOf(messaging.send(draft(), newId()))).toBeLessThan(300)
})

/** A way to the service on which the first answer to a call is cut off. */
async function cutOff(service: FakeMessaging): Promise<number> {
  let cut = false
  const { port } = await listen((socket) => {
    const peer = connect(service.port, '127.0.0.1').on('error', () => {})
    socket.pipe(peer)
    // What comes before any call has arrived are the settings of the connection.
    peer.on('data', (bytes) => {
      if (!cut && service.calls.length > 0) {
        cut = true
        socket.destroy()
      } else if (!socket.destroyed) socket.write(bytes)
    })
  })
  return port
}

it('repeats a send whose answer was cut off, and it is stored once', async () => {
  const service = await fake()
  const { messaging } = link(await cutOff(service))
  const { message, created } = await messaging.send(draft(), newId())
  // Nobody else can know the id that was made here, so for the sender it is new.
  expect(created).toBe(true)
  expect(service.messages.map(({ id }) => id)).toEqual([message.id])
  expect(service.calls).toHaveLength(2)
})

const [conversationId, messageId, userId] = [newId(), newId(), newId()]

it.each<[string, number, (client: MessagingClient) => Promise<unknown>]>([
  ['createMessage', 2, (client) => client.createMessage({ ...draft(), clientMessageId: newId() })],
  ['createMessage without an id', 1, (client) => client.createMessage(draft())],
  ['getMessage', 2, (client) => client.getMessage({ messageId, userId })],
  ['updateMessage', 2, (client) => client.updateMessage({ messageId, userId, content: 'New', expectedRevision: 1 })],
  ['updateMessage of any revision', 1, (client) => client.updateMessage({ messageId, userId, content: 'New' })],
  ['deleteMessage', 2, (client) => client.deleteMessage({ messageId, userId })],
  ['translateMessage', 1, (client) => client.translateMessage({ messageId, userId, targetLanguage: 'fr' })],
  ['getConversationMessages', 2, (client) => client.getConversationMessages({ conversationId, userId })],
  ['markMessageAsRead', 2, (client) => client.markMessageAsRead({ conversationId, userId, seq: 1 })],
  ['translateText', 1, (client) => client.translateText({ userId, text: 'Hello', targets: ['fr'] })],
  [
    'getConversationSummaries',
    2,
    (client) => client.getConversationSummaries({ userId, conversationIds: [conversationId] }),
  ],
  ['getConversationEvents', 2, (client) => client.getConversationEvents({ conversationId, userId })],
  ['eraseConversation', 2, (client) => client.eraseConversation({ conversationId })],
  ['eraseUserMessages', 2, (client) => client.eraseUserMessages({ userId })],
])('makes %s again only where that is safe', async (_, times, call) => {
  const service = await fake()
  const { client } = link(await cutOff(service))
  const code = await call(client).then(
    () => 'answered',
    (problem: Problem) => problem.code,
  )
  expect(service.calls).toHaveLength(times)
  // The message does not exist, which is an answer like any other.
  if (times === 1) expect(code).toBe('messages_unavailable')
  else expect(['answered', 'not_found']).toContain(code)
})
