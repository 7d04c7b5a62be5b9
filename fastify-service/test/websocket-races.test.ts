import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import type { ResumedData } from '@meeshy/shared/frames/server-frames'
import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { signIn, type TestSocket } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let ana: Person
let bruno: Person
let conversationId: string

beforeEach(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana')
  bruno = await gateway.register('bruno')
  conversationId = await createRoom()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await gateway.close()
})

async function createRoom(): Promise<string> {
  const body = { type: 'group', title: 'Tea', memberIds: [bruno.user.id] }
  return (await gateway.call<{ id: string }>('POST', '/api/conversations', { token: ana.accessToken, body })).body.id
}

async function say(content: string, room = conversationId): Promise<ClientMessage> {
  const path = `/api/conversations/${room}/messages`
  return (await gateway.call<ClientMessage>('POST', path, { token: ana.accessToken, body: { content } })).body
}

/** Says something and waits until it has gone out to all sockets: Ana's own is served together with Bruno's. */
async function sayLive(onlooker: TestSocket, content: string): Promise<void> {
  const { id } = await say(content)
  const has = () => onlooker.framesOf('message.new').some(({ data }) => data.id === id)
  await waitFor(has, { what: `"${content}" to go out` })
}

async function changeMembers(method: 'POST' | 'DELETE'): Promise<void> {
  const path = `/api/conversations/${conversationId}/members`
  const { id: userId } = bruno.user
  const options = { token: ana.accessToken }
  const { status } =
    method === 'POST'
      ? await gateway.call(method, path, { ...options, body: { userId } })
      : await gateway.call(method, `${path}/${userId}`, options)
  expect(status).toBe(204)
}

/** Runs `between` once, when a call has its answer and the gateway has not seen it yet. */
function afterAnswerOf(method: 'lastEvents' | 'events', between: () => Promise<void>): void {
  const { messaging } = gateway.context
  const call = messaging[method].bind(messaging) as (...given: unknown[]) => Promise<never>
  vi.spyOn(messaging, method).mockImplementationOnce(async (...given: unknown[]) => {
    const answer = await call(...given)
    await between()
    return answer
  })
}

async function resume(socket: TestSocket, conversations: Record<string, number>) {
  const { epoch } = (await socket.next('hello')).data
  return socket.request('resume', { conversations, epoch })
}

function partsOf(socket: TestSocket, id = conversationId): Array<ResumedData['conversations'][string]> {
  return socket.framesOf('resumed').flatMap(({ data }) => data.conversations[id] ?? [])
}

/** Everything that `resumed` frames said of a conversation, once they said that it was all. */
async function resumed(socket: TestSocket, id = conversationId) {
  const isLast = (part: ResumedData['conversations'][string]) => 'resync' in part || !part.more
  await waitFor(() => partsOf(socket, id).some(isLast), { what: 'the end of what was missed' })
  return partsOf(socket, id)
}

function eventSeqsOf(parts: Array<ResumedData['conversations'][string]>): number[] {
  return parts.flatMap((part) => ('events' in part ? part.events.map(({ eventSeq }) => eventSeq) : []))
}

it('an event that goes out after the last page was read comes with another page', async () => {
  await say('One')
  const [socket, onlooker] = await Promise.all([
    signIn(gateway.url, bruno.accessToken),
    signIn(gateway.url, ana.accessToken),
  ])
  afterAnswerOf('events', () => sayLive(onlooker, 'Two'))
  await resume(socket, { [conversationId]: 0 })
  const parts = await resumed(socket)
  expect(parts).toMatchObject([{ more: true }, { more: false }])
  expect(eventSeqsOf(parts)).toEqual([1, 2])
  await sayLive(onlooker, 'Three')
  expect((await socket.next('message.new')).eventSeq).toBe(3)
  expect(socket.framesOf('message.new')).toHaveLength(1)
})

it('an event that goes out after nothing new was found is not left out', async () => {
  await say('One')
  const [socket, onlooker] = await Promise.all([
    signIn(gateway.url, bruno.accessToken),
    signIn(gateway.url, ana.accessToken),
  ])
  afterAnswerOf('lastEvents', () => sayLive(onlooker, 'Two'))
  await resume(socket, { [conversationId]: 1 })
  expect(eventSeqsOf(await resumed(socket))).toEqual([2])
  expect(socket.framesOf('message.new')).toEqual([])
})

it('who was removed and is back meanwhile is not told that nothing was missed', async () => {
  await say('One')
  const [socket, onlooker] = await Promise.all([
    signIn(gateway.url, bruno.accessToken),
    signIn(gateway.url, ana.accessToken),
  ])
  // Live before the answer of `resume`, so that the client ignores it.
  afterAnswerOf('lastEvents', async () => {
    await changeMembers('DELETE')
    await changeMembers('POST')
    await sayLive(onlooker, 'Two')
  })
  await resume(socket, { [conversationId]: 1 })
  expect(await resumed(socket)).toEqual([{ resync: true, reason: 'not_found' }])
})

it('a conversation that is asked for again and again counts every time', async () => {
  const socket = await signIn(gateway.url, bruno.accessToken)
  gateway.messaging.hang('GetConversationSummaries')
  const conversations = Object.fromEntries(Array.from({ length: 200 }, () => [newId(), 0]))
  for (let asked = 0; asked < 5; asked += 1) expect(await resume(socket, conversations)).toMatchObject({ ok: true })
  const { epoch } = (await socket.next('hello')).data
  expect(await socket.fail('resume', { conversations, epoch })).toMatchObject({ code: 'overloaded' })
})

it('a client that does not read gets no further conversation until it has taken the last one', async () => {
  const rooms = await Promise.all(Array.from({ length: 12 }, createRoom))
  // 16 KiB each, twice in an event: in all more than what the kernel holds for a client that does not read.
  const long = '😀'.repeat(4_000)
  for (const room of rooms) await Promise.all(Array.from({ length: 50 }, () => say(long, room)))
  const seen = Object.fromEntries(rooms.map((room) => [room, 0]))
  const [deaf, other] = [await signIn(gateway.url, bruno.accessToken), await signIn(gateway.url, bruno.accessToken)]
  const pages = () => gateway.messaging.calls.filter(({ method }) => method === 'GetConversationEvents').length
  const { epoch } = (await deaf.next('hello')).data
  deaf.socket.pause()
  deaf.sendRaw(JSON.stringify({ type: 'resume', data: { conversations: seen, epoch } }))
  await waitFor(() => pages() > 0, { what: 'the first page to be read' })
  await resume(other, seen)
  for (const room of rooms) expect(eventSeqsOf(await resumed(other, room))).toHaveLength(50)
  expect(pages()).toBeLessThan(2 * rooms.length)
  deaf.socket.resume()
  for (const room of rooms) expect(eventSeqsOf(await resumed(deaf, room))).toHaveLength(50)
})
