import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import type { EventFrame } from '@meeshy/shared/frames/event-frames'
import type { ResumedData } from '@meeshy/shared/frames/server-frames'
import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSocket, signIn, type TestSocket } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let ana: Person
let bruno: Person
let conversationId: string

/** Ana writes English, Bruno reads French. */
beforeEach(async () => {
  gateway = await startTestGateway({
    SOCKET_SENDS_PER_10S: '100000',
    SOCKET_FRAMES_PER_10S: '100000',
    SOCKET_QUEUED_FRAMES: '64',
  })
  ana = await gateway.register('ana', { preferredLanguage: 'en' })
  bruno = await gateway.register('bruno', { preferredLanguage: 'fr' })
  conversationId = await createRoom(ana, bruno)
})

afterEach(() => gateway.close())

async function createRoom(owner: Person, ...others: Person[]): Promise<string> {
  const body = { type: 'group', title: 'Tea', memberIds: others.map(({ user }) => user.id) }
  const { accessToken: token } = owner
  return (await gateway.call<{ id: string }>('POST', '/api/conversations', { token, body })).body.id
}

async function say(content: string, room = conversationId): Promise<ClientMessage> {
  const body = { content, originalLanguage: 'en' }
  const path = `/api/conversations/${room}/messages`
  return (await gateway.call<ClientMessage>('POST', path, { token: ana.accessToken, body })).body
}

async function sayMany(count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) await say(`Message ${number}`)
}

/** What all `resumed` frames of a conversation say together. */
function resumedOf(socket: TestSocket, id = conversationId) {
  const parts = socket.framesOf('resumed').flatMap(({ data }) => data.conversations[id] ?? [])
  const pages = parts.filter((part): part is { events: EventFrame[]; more: boolean } => 'events' in part)
  return { parts, pages, events: pages.flatMap(({ events }) => events) }
}

async function resume(socket: TestSocket, conversations: Record<string, number>, epoch?: string) {
  const known = epoch ?? (await socket.next('hello')).data.epoch
  return socket.request('resume', { conversations, epoch: known })
}

/** Waits until nothing more of the conversation is to be replayed. */
async function resumed(socket: TestSocket, id = conversationId) {
  const isDone = (part: ResumedData['conversations'][string]) => 'resync' in part || !part.more
  await waitFor(() => resumedOf(socket, id).parts.some(isDone), { what: 'the end of what was missed' })
  return resumedOf(socket, id)
}

describe('what was missed', () => {
  it('comes after the ack, in order, as it is now and as this reader reads it', async () => {
    const [first, second] = [await say('Good morning'), await say('How are you?')]
    gateway.messaging.translate(first.id, 'fr', 'Bonjour')
    gateway.messaging.translate(first.id, 'de', 'Guten Morgen')
    await gateway.call('DELETE', `/api/messages/${second.id}`, { token: ana.accessToken })
    const socket = await signIn(gateway.url, bruno.accessToken)
    gateway.people.readerOf = () => ({ language: 'fr', understood: ['fr'], autoTranslate: true })
    expect(await resume(socket, { [conversationId]: 0 })).toMatchObject({ ok: true, data: {} })
    const { events } = await resumed(socket)
    expect(events.map(({ type, eventSeq }) => [type, eventSeq])).toEqual([
      ['message.new', 1],
      ['message.new', 2],
      ['message.translated', 3],
      ['message.deleted', 5],
    ])
    expect(events[0]?.data).toMatchObject({ content: 'Good morning', display: { text: 'Bonjour', language: 'fr' } })
    expect(events[1]?.data).toMatchObject({ content: null, display: null, deletedAt: expect.any(String) })
    const types = socket.frames.map(({ type }) => type)
    expect(types.indexOf('ack')).toBeLessThan(types.indexOf('resumed'))
  })

  it('is nothing for who has seen everything', async () => {
    await sayMany(2)
    const socket = await signIn(gateway.url, bruno.accessToken)
    expect((await socket.next('hello')).data.conversations[conversationId]).toMatchObject({ lastEventSeq: 2 })
    await resume(socket, { [conversationId]: 2 })
    expect((await resumed(socket)).parts).toEqual([{ events: [], more: false }])
  })

  it('comes in pages of 200 at most, and live events come behind them', async () => {
    await sayMany(450)
    const socket = await signIn(gateway.url, bruno.accessToken)
    const asked = resume(socket, { [conversationId]: 10 })
    const writing = sayMany(40)
    await asked
    await writing
    await waitFor(() => lastSeq(socket) === 490, { what: 'the last message', timeoutMs: 20_000 })
    const { pages } = await resumed(socket)
    expect(pages.every(({ events }) => events.length <= 200)).toBe(true)
    expect(pages.map(({ more }) => more)).toEqual([...Array(pages.length - 1).fill(true), false])
    expect(seqsInOrder(socket)).toEqual(Array.from({ length: 480 }, (_, index) => 11 + index))
  })

  it('comes for many conversations, in one frame for those without news', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => createRoom(ana, bruno)))
    await say('Hello')
    const socket = await signIn(gateway.url, bruno.accessToken)
    await resume(socket, Object.fromEntries([conversationId, ...others].map((id) => [id, 0])))
    await resumed(socket)
    const [quiet, news] = socket.framesOf('resumed')
    expect(Object.keys(quiet?.data.conversations ?? {}).sort()).toEqual([...others].sort())
    expect(Object.keys(news?.data.conversations ?? {})).toEqual([conversationId])
  })

  it('may be more than a slow consumer may have waiting, a page at a time', async () => {
    for (let count = 0; count < 300; count += 1) await say('x'.repeat(4_000))
    const socket = await signIn(gateway.url, bruno.accessToken)
    const { epoch } = (await socket.next('hello')).data
    socket.socket.pause()
    socket.sendRaw(JSON.stringify({ type: 'resume', data: { conversations: { [conversationId]: 0 }, epoch } }))
    const pages = () => gateway.messaging.calls.filter(({ method }) => method === 'GetConversationEvents').length
    await waitFor(() => pages() > 0, { what: 'the first page to be read' })
    socket.socket.resume()
    expect((await resumed(socket)).events).toHaveLength(300)
  })

  it('may be asked for twice, and again later', async () => {
    await sayMany(3)
    const socket = await signIn(gateway.url, bruno.accessToken)
    await Promise.all([resume(socket, { [conversationId]: 1 }), resume(socket, { [conversationId]: 0 })])
    await waitFor(() => resumedOf(socket).pages.length === 2, { what: 'both answers' })
    expect(resumedOf(socket).pages.map(({ events }) => events.map(({ eventSeq }) => eventSeq))).toEqual([
      [2, 3],
      [1, 2, 3],
    ])
    await say('And on')
    expect((await socket.next('message.new')).data.seq).toBe(4)
  })
})

it('brings everything to a slow consumer that was cut off and comes back', async () => {
  const slow = await signIn(gateway.url, bruno.accessToken)
  const { epoch } = (await slow.next('hello')).data
  await say('Hello')
  const { eventSeq } = await slow.next('message.new')
  slow.socket.pause()
  const isCut = () => {
    const [connection] = gateway.context.hub.connectionsOf(bruno.user.id)
    return !connection?.open
  }
  let said = 1
  while (!isCut()) {
    await Promise.all(Array.from({ length: 20 }, () => say('x'.repeat(4_000))))
    said += 20
  }
  const back = await signIn(gateway.url, bruno.accessToken)
  await resume(back, { [conversationId]: eventSeq }, epoch)
  await resumed(back)
  await say('Goodbye')
  await waitFor(() => lastSeq(back) === said + 1, { what: 'the last message' })
  expect(seqsInOrder(back)).toEqual(Array.from({ length: said }, (_, index) => 2 + index))
  slow.socket.resume()
  expect((await slow.waitForClose()).code).toBe(4008)
})

describe('what cannot be told', () => {
  it.each<[string, number, string]>([
    ['a number that does not exist yet', 99, 'unknown_position'],
    ['events that were removed', 1, 'retention'],
  ])('%s ends in a resync, and live events go on', async (_, after, reason) => {
    await sayMany(3)
    gateway.messaging.forgetEvents()
    const socket = await signIn(gateway.url, bruno.accessToken)
    await resume(socket, { [conversationId]: after })
    expect((await resumed(socket)).parts).toEqual([{ resync: true, reason, lastEventSeq: 3 }])
    await say('And on')
    expect((await socket.next('message.new')).data.seq).toBe(4)
  })

  it('another epoch ends in a resync of everything', async () => {
    await say('Hello')
    const socket = await signIn(gateway.url, bruno.accessToken)
    await resume(socket, { [conversationId]: 0 }, 'another')
    expect((await resumed(socket)).parts).toEqual([{ resync: true, reason: 'epoch' }])
  })

  it('a conversation of others looks like one that does not exist', async () => {
    const carla = await gateway.register('carla')
    await say('Hello')
    const theirs = conversationId
    gateway.people.roleOf = (id, userId) => (id === theirs && userId !== carla.user.id ? 'member' : null)
    const nobodys = newId()
    const socket = await signIn(gateway.url, carla.accessToken)
    await resume(socket, { [theirs]: 0, [nobodys]: 0 })
    for (const id of [theirs, nobodys]) {
      expect((await resumed(socket, id)).parts).toEqual([{ resync: true, reason: 'not_found' }])
    }
  })

  it.each<[string, unknown]>([
    ['a negative number', { conversations: { [newId()]: -1 }, epoch: 'e' }],
    ['a key that is no id', { conversations: { 'tea and cake': 1 }, epoch: 'e' }],
    [
      '201 conversations',
      { conversations: Object.fromEntries(Array.from({ length: 201 }, () => [newId(), 1])), epoch: 'e' },
    ],
    ['no epoch', { conversations: {} }],
  ])('%s is refused', async (_, data) => {
    const socket = await signIn(gateway.url, bruno.accessToken)
    expect(await socket.fail('resume', data)).toMatchObject({ code: 'validation_failed' })
  })
})

it('waits for a service that is away, and misses nothing of the meantime', async () => {
  await say('Before')
  const socket = await signIn(gateway.url, bruno.accessToken)
  await gateway.messaging.stop()
  await waitFor(() => !gateway.context.messaging.ready(), { what: 'the link to be down' })
  expect(await resume(socket, { [conversationId]: 0 })).toMatchObject({ ok: true })
  await gateway.messaging.start()
  expect((await resumed(socket)).events.map(({ eventSeq }) => eventSeq)).toEqual([1])
  await waitFor(() => gateway.context.messaging.ready(), { what: 'the link to be back' })
  await say('After')
  expect((await socket.next('message.new')).data.content).toBe('After')
})

it('greets without numbers while the service is away', async () => {
  await gateway.messaging.stop()
  await waitFor(() => !gateway.context.messaging.ready(), { what: 'the link to be down' })
  const socket = await openSocket(gateway.url, { token: bruno.accessToken })
  expect((await socket.next('hello')).data.conversations[conversationId]).toEqual({ version: 1, lastEventSeq: null })
})

/** The seqs of the new messages as a client takes them: replayed or live, each once. */
function seqsInOrder(socket: TestSocket): number[] {
  // Until the first answer live events are to be ignored: they are in it.
  const started = socket.frames.findIndex(({ type }) => type === 'resumed')
  const events = socket.frames.slice(started).flatMap((frame) => {
    if (frame.type === 'message.new') return [frame]
    if (frame.type !== 'resumed') return []
    const part = frame.data.conversations[conversationId]
    return part && 'events' in part ? part.events.filter(({ type }) => type === 'message.new') : []
  })
  let last = 0
  return events.flatMap(({ eventSeq, data }) => {
    if (eventSeq <= last) return []
    last = eventSeq
    return [(data as ClientMessage).seq]
  })
}

function lastSeq(socket: TestSocket): number {
  return seqsInOrder(socket).at(-1) ?? 0
}
