import { newId } from '@meeshy/shared/ids'
import { createLogger } from '@meeshy/shared/logging'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import Fastify from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import type { Context } from '../src/context.js'
import type { Identity } from '../src/plugins/auth.js'
import { problems } from '../src/plugins/problems.js'
import { Hub } from '../src/websocket/hub.js'
import type { SocketLimits } from '../src/websocket/limits.js'
import { registerWebsocket } from '../src/websocket/route.js'
import { openSocket, signIn, type TestSocket } from './socket.js'

const opened: Array<() => unknown> = []

afterEach(async () => {
  for (let close = opened.pop(); close; close = opened.pop()) await close()
})

/** /ws alone: tokens are names, sessions live until they are ended, and sends wait until they are let go. */
async function startSockets(limits: Partial<SocketLimits> = {}, rates = { frames: 1000, sends: 1000 }) {
  const ended = new Set<string>()
  const begun: string[] = []
  const sent: string[] = []
  const asked: string[] = []
  const gate = { open: Promise.resolve(), hello: Promise.resolve(), authenticate: Promise.resolve() }
  const hub = new Hub()
  const people = new Map<string, Identity>()
  const context = {
    config: {
      corsOrigins: [],
      SOCKET_FRAMES_PER_10S: rates.frames,
      SOCKET_SENDS_PER_10S: rates.sends,
      SOCKETS_PER_USER: 10,
      SOCKETS_PER_ADDRESS: 50,
      SOCKET_QUEUED_FRAMES: 512,
      SOCKET_QUEUED_BYTES: 1024 * 1024,
      SOCKET_AUTHENTICATION_MS: 5_000,
      SOCKET_HEARTBEAT_MS: 25_000,
    },
    log: createLogger({ service: 'gateway', level: 'fatal', directory: '' }),
    reads: {
      liveSessions: async (ids: string[]) => new Set(ids.filter((id) => !ended.has(id))),
      recentConversations: async () => {
        await gate.hello
        return []
      },
    },
    messaging: {
      epoch: 'epoch',
      lastEvents: async () => new Map(),
      send: async ({ content }: { content: string }) => {
        begun.push(content)
        await gate.open
        sent.push(content)
        return { message: { content, translations: [] }, created: true }
      },
    },
    rooms: { reader: async () => ({ language: 'en', understood: [], autoTranslate: false }) },
    hub,
    presence: { enter: async () => {}, greet: () => {}, look: () => {} },
    typing: { leave: () => {} },
  } as unknown as Context
  const app = Fastify()
  await app.register(problems)
  app.decorate('authenticateToken', async (token: string) => {
    const known = people.get(token) ?? {
      userId: token,
      sessionId: newId(),
      role: 'USER',
      conversationId: null,
      expiresAt: inMs(60_000),
    }
    people.set(token, known)
    asked.push(token)
    await gate.authenticate
    return known
  })
  await registerWebsocket(app, context, limits)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  opened.push(() => app.close())
  return { app, url, hub, people, ended, begun, sent, asked, gate }
}

function inMs(ms: number): Date {
  return new Date(Date.now() + ms)
}

function holdUp(): { promise: Promise<void>; letGo(): void } {
  let letGo = () => {}
  const promise = new Promise<void>((resolve) => {
    letGo = resolve
  })
  return { promise, letGo }
}

const draft = (content = 'Hello') => ({ conversationId: newId(), content, clientMessageId: newId() })

it('greets before anything else, and loses nothing that comes up while the greeting is made', async () => {
  const { url, hub, gate } = await startSockets()
  const { promise, letGo } = holdUp()
  gate.hello = promise
  const socket = await openSocket(url, { token: 'ana' })
  await waitFor(() => hub.count === 1, { what: 'the socket to join' })
  hub.tell(['ana'], { type: 'conversation.created', conversationId: 'c', data: { id: 'c', version: 1 } })
  letGo()
  await socket.next('conversation.created')
  expect(socket.frames.map(({ type }) => type)).toEqual(['hello', 'conversation.created'])
})

it('keeps no socket whose client left while it was signing in', async () => {
  const { app, url, hub, asked, gate } = await startSockets()
  const { promise, letGo } = holdUp()
  gate.authenticate = promise
  const socket = await openSocket(url)
  socket.sendRaw(JSON.stringify({ type: 'auth', data: { token: 'ana' } }))
  await waitFor(() => asked.includes('ana'), { what: 'the token to be looked up' })
  socket.socket.terminate()
  await waitFor(() => app.websocketServer.clients.size === 0, { what: 'the socket to be gone' })
  letGo()
  await signIn(url, 'bruno')
  expect(hub.connectionsOf('ana').size).toBe(0)
})

it('closes 4003 when the session ended between the look at it and the joining of the hub', async () => {
  const { url, people, ended } = await startSockets({ sessionCheckMs: 60_000 })
  const identity = { userId: 'ana', sessionId: newId(), role: 'USER', conversationId: null, expiresAt: inMs(60_000) }
  people.set('ana', identity)
  ended.add(identity.sessionId)
  const socket = await openSocket(url, { token: 'ana' })
  expect((await socket.waitForClose()).code).toBe(4003)
  expect(socket.frames).toEqual([])
})

describe('time limits', () => {
  it('closes 4010 without authentication in time', async () => {
    const { url } = await startSockets({ authenticationMs: 50 })
    expect((await (await openSocket(url)).waitForClose()).code).toBe(4010)
  })

  it('closes 4001 when the token expires, and not when a fresh one came in time', async () => {
    const { url, people } = await startSockets()
    const identity = { userId: 'ana', sessionId: newId(), role: 'USER', conversationId: null }
    people.set('short', { ...identity, expiresAt: inMs(300) })
    people.set('fresh', { ...identity, expiresAt: inMs(60_000) })
    const [expiring, extended] = [await signIn(url, 'short'), await signIn(url, 'short')]
    await extended.request('auth', { token: 'fresh' })
    expect((await expiring.waitForClose()).code).toBe(4001)
    expect(await extended.request('ping', {})).toMatchObject({ ok: true })
  })

  it('closes 4003 when a session was ended elsewhere', async () => {
    const { url, people, ended } = await startSockets({ sessionCheckMs: 30 })
    const [ana, bruno] = [await signIn(url, 'ana'), await signIn(url, 'bruno')]
    ended.add(people.get('ana')?.sessionId ?? '')
    expect((await ana.waitForClose()).code).toBe(4003)
    expect(await bruno.request('ping', {})).toMatchObject({ ok: true })
  })

  it('cuts a client that answers no pings, and keeps one that does', async () => {
    const { url, hub } = await startSockets({ heartbeatMs: 50 })
    const [deaf, alive] = [await signIn(url, 'deaf'), await signIn(url, 'alive')]
    // As a client whose network is gone: it reads nothing any more.
    deaf.socket.pause()
    await waitFor(() => hub.connectionsOf('deaf').size === 0, { what: 'the deaf client to be cut' })
    expect(await alive.request('ping', {})).toMatchObject({ ok: true })
    deaf.socket.terminate()
  })
})

describe('rates', () => {
  it('refuses frames over the rate and closes 4029 far over it', async () => {
    const { url } = await startSockets({ floodFactor: 3 }, { frames: 5, sends: 1000 })
    const socket = await signIn(url, 'ana')
    const answers = await Promise.all(Array.from({ length: 10 }, () => socket.request('ping', {})))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(5)
    expect(await socket.fail('ping', {})).toMatchObject({ code: 'rate_limited', status: 429 })
    for (let count = 0; count < 10; count += 1) socket.sendRaw('{}')
    expect((await socket.waitForClose()).code).toBe(4029)
  })

  it('counts sends apart, and every socket for itself', async () => {
    const { url } = await startSockets({}, { frames: 1000, sends: 3 })
    const [one, two] = [await signIn(url, 'ana'), await signIn(url, 'ana')]
    for (let count = 0; count < 3; count += 1) expect((await one.request('message.send', draft())).ok).toBe(true)
    expect(await one.fail('message.send', draft())).toMatchObject({ code: 'rate_limited' })
    expect((await one.request('ping', {})).ok).toBe(true)
    expect((await two.request('message.send', draft())).ok).toBe(true)
  })
})

it('refuses the 33rd frame in flight at once, and answers the 32 in their order', async () => {
  const { url, gate, sent } = await startSockets()
  const { promise, letGo } = holdUp()
  gate.open = promise
  const socket = await signIn(url, 'ana')
  for (let ref = 0; ref < 33; ref += 1) {
    socket.sendRaw(JSON.stringify({ type: 'message.send', ref, data: draft(String(ref)) }))
  }
  expect(await socket.ackOf(32)).toMatchObject({ ok: false, error: { code: 'overloaded', status: 503 } })
  expect(socket.framesOf('ack')).toHaveLength(1)
  letGo()
  await socket.ackOf(31)
  const inOrder = Array.from({ length: 32 }, (_, ref) => ref)
  expect(sent.map(Number)).toEqual(inOrder)
  expect(socket.framesOf('ack').map(({ ref }) => ref)).toEqual([32, ...inOrder])
})

it('refuses sockets beyond those that an address may have, signed in or not, until one has gone', async () => {
  const { url } = await startSockets({ socketsPerAddress: 3 })
  const [first, second, unknown] = [await signIn(url, 'ana'), await signIn(url, 'bruno'), await openSocket(url)]
  const refused = [await openSocket(url, { token: 'carla' }), await openSocket(url)]
  for (const socket of refused) expect((await socket.waitForClose()).code).toBe(4009)
  expect(refused.flatMap(({ frames }) => frames)).toEqual([])
  second.close()
  await second.waitForClose()
  const next = await signIn(url, 'carla')
  for (const socket of [first, next]) expect(await socket.request('ping', {})).toMatchObject({ ok: true })
  expect(unknown.closed).toBeNull()
})

describe('slow consumers', () => {
  it.each<[string, Partial<SocketLimits>]>([
    ['bytes', { maxBufferedBytes: 256 * 1024, maxQueuedFrames: 1_000_000 }],
    ['frames', { maxBufferedBytes: 1_000_000_000, maxQueuedFrames: 64 }],
  ])('are closed by the limit of %s, and the others do not feel it', async (_, limits) => {
    const { url, hub } = await startSockets(limits)
    const [slow, quick] = [await signIn(url, 'slow'), await signIn(url, 'quick')]
    slow.socket.pause()
    const frame = {
      type: 'conversation.created',
      conversationId: 'x'.repeat(60_000),
      data: { id: '', version: 1 },
    } as const
    let frames = 0
    await waitFor(
      async () => {
        hub.tell(['slow'], frame)
        hub.tell(['quick'], frame)
        frames += 1
        return slowIsClosed(slow, hub)
      },
      { what: 'the slow socket to be closed', timeoutMs: 20_000 },
    )
    expect((await quick.request('ping', {})).ok).toBe(true)
    await quick.next('conversation.created', frames - 1)
    slow.socket.resume()
    expect((await slow.waitForClose()).code).toBe(4008)
  })
})

/** Nothing reaches it any more: the hub's frames are not even counted. */
function slowIsClosed(slow: TestSocket, hub: Hub): boolean {
  const [connection] = hub.connectionsOf('slow')
  return connection === undefined || slow.closed !== null || !connection.open
}

describe('closing', () => {
  it('sends everybody away with 1012 and a hint, and cuts who does not listen', async () => {
    const { app, url } = await startSockets()
    const polite = await signIn(url, 'polite')
    const unknown = await openSocket(url)
    const deaf = await signIn(url, 'deaf')
    deaf.socket.pause()
    const start = performance.now()
    await app.close()
    expect(performance.now() - start).toBeLessThan(2_000)
    for (const socket of [polite, unknown]) {
      const { code, reason } = await socket.waitForClose()
      expect(code).toBe(1012)
      expect(JSON.parse(reason)).toEqual({ retryAfterMs: expect.any(Number) })
    }
    deaf.socket.terminate()
  })

  it('lets frames under way finish', async () => {
    const { app, url, gate, begun } = await startSockets()
    const { promise, letGo } = holdUp()
    gate.open = promise
    const socket = await signIn(url, 'ana')
    const ack = socket.request('message.send', draft())
    await waitFor(() => begun.length > 0, { what: 'the send to begin' })
    const closing = app.close()
    letGo()
    expect(await ack).toMatchObject({ ok: true })
    await closing
    expect((await socket.waitForClose()).code).toBe(1012)
  })
})
