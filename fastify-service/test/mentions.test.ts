import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import { Mentions } from '../src/websocket/announce/mentions.js'
import { signIn } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let ana: Person
let ben: Person
let dot: Person
let stranger: Person
let room: string
beforeAll(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('Ana')
  ben = await gateway.register('ben')
  dot = await gateway.register('ben.')
  stranger = await gateway.register('stranger')
  await waitFor(() => gateway.context.messaging.epoch !== null, { what: 'the event feed' })
})
afterAll(() => gateway.close())

beforeEach(async () => {
  const body = { type: 'group', title: 'Room', memberIds: [ben.user.id, dot.user.id] }
  room = (await as<Conversation>(ana, 'POST', '/api/conversations', body)).body.id
})

const as = <Body>(person: Person, method: string, path: string, body?: object) =>
  gateway.call<Body>(method, path, { token: person.accessToken, ...(body && { body }) })
const send = async (person: Person, content: string) =>
  (await as<{ id: string; revision: number }>(person, 'POST', `/api/conversations/${room}/messages`, { content })).body

/** Who was told of these messages, once all that was sent before is through. */
async function mentionedIn(...messageIds: string[]): Promise<string[]> {
  const { id: last } = await send(ana, '@ben, the last one')
  const { notification } = gateway.context.database
  await waitFor(async () => (await notification.count({ where: { messageId: last } })) === 1, { what: 'the mentions' })
  const rows = await notification.findMany({
    where: { messageId: { in: messageIds }, type: 'mention', conversationId: room },
    select: { user: { select: { username: true } } },
  })
  return rows.map(({ user }) => user.username).sort()
}

describe('a mention', () => {
  it('notifies the members named, whatever the case, and not the sender', async () => {
    const socket = await signIn(gateway.url, ana.accessToken)
    const { id } = await send(ben, 'Hello @ana and @BEN, and @stranger and @nobody')
    const { data } = await socket.next('notification.new')
    expect(data).toMatchObject({ type: 'mention', actor: { username: 'ben' }, conversationId: room, messageId: id })
    // Told after the message itself.
    const types = socket.frames.map(({ type }) => type)
    expect(types.indexOf('message.new')).toBeLessThan(types.indexOf('notification.new'))
    expect(JSON.stringify(data)).not.toContain('Hello')
    expect(await mentionedIn(id)).toEqual(['Ana'])
    socket.close()
  })

  it('takes a dot at its end for the name’s where somebody is named so', async () => {
    expect(await mentionedIn((await send(ana, 'It was @ben.')).id)).toEqual(['ben.'])
    expect(await mentionedIn((await send(ana, 'It was @ben..')).id)).toEqual(['ben.'])
    expect(await mentionedIn((await send(ben, 'It was @ana.')).id)).toEqual(['Ana'])
  })

  it('that an edit adds is told, and the others not again', async () => {
    const { id } = await send(ben, 'Hello @ana')
    await as(ben, 'PUT', `/api/messages/${id}`, { content: 'Hello @ana and @ben.' })
    expect(await mentionedIn(id)).toEqual(['Ana', 'ben.'])
  })

  it('is not told from a muted room, or across a block', async () => {
    await as(ana, 'PUT', `/api/conversations/${room}/settings`, { muted: true })
    await as(dot, 'POST', `/api/users/${ben.user.id}/block`)
    const { id } = await send(ben, '@ana @ben.')
    expect(await mentionedIn(id)).toEqual([])
    await as(dot, 'DELETE', `/api/users/${ben.user.id}/block`)
  })

  it('is none in addresses and code', async () => {
    expect(await mentionedIn((await send(ben, 'x@ana https://x.example/@ana `@ana`')).id)).toEqual([])
  })

  it('asks the database nothing where there is none', async () => {
    const socket = await signIn(gateway.url, stranger.accessToken)
    const direct = { type: 'direct', memberIds: [ana.user.id] }
    const { id } = (await as<Conversation>(stranger, 'POST', '/api/conversations', direct)).body
    const find = vi.spyOn(gateway.context.database.user, 'findMany')
    await as(stranger, 'POST', `/api/conversations/${id}/messages`, { content: 'No at, at all' })
    await socket.next('message.new')
    expect(find).not.toHaveBeenCalled()
    find.mockRestore()
    socket.close()
  })

  it('holds up nobody’s messages', async () => {
    const socket = await signIn(gateway.url, ana.accessToken)
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const { user } = gateway.context.database
    const find = vi.spyOn(user, 'findMany').mockImplementationOnce((() => gate.then(() => [])) as never)
    const { id } = await send(ben, '@ana waits')
    await waitFor(() => find.mock.calls.length === 1, { what: 'the mention to be looked up' })
    await send(ben, 'goes on')
    const { data } = await socket.next('message.new', 1)
    expect(data.content).toBe('goes on')
    expect(socket.framesOf('notification.new')).toEqual([])
    release()
    find.mockRestore()
    expect(await mentionedIn(id)).toEqual([])
    socket.close()
  })
})

it('a message that comes again from the feed is told once', async () => {
  const mentions = new Mentions(gateway.context)
  const message = { id: newId(), conversationId: room, senderId: ana.user.id, content: 'Hello @ben' }
  const event = { type: 'new', conversationId: room, message } as never
  for (let time = 0; time < 3; time += 1) await mentions.take(event)
  await mentions.settled()
  expect(await mentionedIn(message.id)).toEqual(['ben'])
})
