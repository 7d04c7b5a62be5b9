import { closeCodes } from '@meeshy/shared/frames/close-codes'
import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import type { ShareLink } from '../src/store/share-links/share-links.js'
import { signIn, type TestSocket } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let owner: Person
let member: Person
let room: string
let otherRoom: string
let link: string
let guest: Person
const sockets: TestSocket[] = []

beforeAll(async () => {
  gateway = await startTestGateway()
  owner = await gateway.register('owner')
  member = await gateway.register('member')
  gateway.people.roleOf = (conversationId, userId) =>
    conversationId === otherRoom && userId === guest?.user.id ? null : 'member'
})
afterAll(() => gateway.close())

beforeEach(async () => {
  room = await makeRoom()
  otherRoom = await makeRoom()
  const body = { conversationId: room, allowGuests: true }
  link = (await as<ShareLink>(owner, 'POST', '/api/share-links', body)).body.id
  guest = await enter()
  return () => {
    for (const socket of sockets.splice(0)) socket.close()
  }
})

const as = <Body>(person: Person, method: string, path: string, body?: object) =>
  gateway.call<Body>(method, path, { token: person.accessToken, ...(body && { body }) })

async function makeRoom(): Promise<string> {
  const body = { type: 'group', title: 'Room', memberIds: [member.user.id] }
  return (await as<Conversation>(owner, 'POST', '/api/conversations', body)).body.id
}

async function enter(): Promise<Person> {
  const body = { displayName: 'Gast', language: 'de' }
  return (await gateway.call<Person>('POST', `/api/share-links/${link}/join`, { body })).body
}

async function connect(person: Person): Promise<TestSocket> {
  const socket = await signIn(gateway.url, person.accessToken)
  sockets.push(socket)
  return socket
}

const memberPath = (person: Person, id = room) => `/api/conversations/${id}/members/${person.user.id}`

describe('a guest', () => {
  it('reads, writes and sets up their one conversation', async () => {
    const sent = await as<{ id: string }>(guest, 'POST', `/api/conversations/${room}/messages`, { content: 'Hallo' })
    expect(sent.status).toBe(201)
    const get = <Body>(path: string) => as<Body>(guest, 'GET', path)
    expect(await get(`/api/conversations/${room}/messages`)).toMatchObject({ body: { data: [{ content: 'Hallo' }] } })
    expect((await get<{ data: Array<{ id: string }> }>('/api/conversations')).body.data.map(({ id }) => id)).toEqual([
      room,
    ])
    for (const path of [`/api/conversations/${room}`, `/api/conversations/${room}/members`, '/api/users/me']) {
      expect(await get(path)).toMatchObject({ status: 200 })
    }
    const settings = { languageOverride: 'fr' }
    expect(await as(guest, 'PUT', `/api/conversations/${room}/settings`, settings)).toMatchObject({ status: 200 })
    expect(await as(guest, 'PUT', '/api/users/me', { displayName: 'Otto' })).toMatchObject({
      body: { displayName: 'Otto', role: 'GUEST' },
    })
  })

  it('has a socket for it, and for no other', async () => {
    const [socket, others] = [await connect(guest), await connect(member)]
    expect(Object.keys((await socket.next('hello')).data.conversations)).toEqual([room])
    const message = (conversationId: string) => ({ conversationId, content: 'Hallo', clientMessageId: newId() })
    expect(await socket.request('message.send', message(room))).toMatchObject({ ok: true })
    expect(await others.next('message.new')).toMatchObject({ conversationId: room })
    expect(await socket.fail('message.send', message(otherRoom))).toMatchObject({ code: 'not_found' })

    await as(owner, 'POST', `/api/conversations/${otherRoom}/messages`, { content: 'not for guests' })
    await as(owner, 'POST', `/api/conversations/${room}/messages`, { content: 'for guests' })
    await socket.next('message.new', 1)
    expect(socket.framesOf('message.new').map(({ conversationId }) => conversationId)).toEqual([room, room])
  })

  it('finds nothing of another conversation', async () => {
    for (const path of ['', '/members', '/messages']) {
      expect(await as(guest, 'GET', `/api/conversations/${otherRoom}${path}`)).toMatchObject({ status: 404 })
    }
    const path = `/api/conversations/${otherRoom}`
    expect(await as(guest, 'PUT', `${path}/settings`, { muted: true })).toMatchObject({ status: 404 })
    expect(await as(guest, 'POST', `${path}/messages`, { content: 'Hallo' })).toMatchObject({ status: 404 })
    expect(await as(guest, 'DELETE', memberPath(guest, otherRoom))).toMatchObject({ status: 404 })
    const body = { conversationId: otherRoom, allowGuests: true }
    const other = (await as<ShareLink>(owner, 'POST', '/api/share-links', body)).body.id
    expect(await as(guest, 'POST', `/api/share-links/${other}/join`, {})).toMatchObject({ status: 403 })
    expect(await as(guest, 'POST', `/api/share-links/${link}/join`, {})).toMatchObject({ status: 200 })
  })

  it('may do nothing else', async () => {
    const { body } = await gateway.call<{ paths: Record<string, Record<string, unknown>> }>('GET', '/docs/json')
    const open: string[] = []
    for (const [path, methods] of Object.entries(body.paths)) {
      for (const method of Object.keys(methods)) {
        if (endsSession.includes(`${method} ${path}`)) continue
        const url = path.replace('{linkId}', 'A'.repeat(22)).replace(/\{\w+\}/g, newId())
        const { status } = await as(
          guest,
          method.toUpperCase(),
          url,
          ['get', 'delete'].includes(method) ? undefined : {},
        )
        if (status !== 403) open.push(`${method} ${path}`)
      }
    }
    expect(open.sort()).toEqual(forGuests.sort())
  })

  it('gets no role, and no other conversation', async () => {
    const isNobody = { status: 400, body: { errors: [{ message: 'is nobody' }] } }
    for (const role of ['moderator', 'admin', 'owner']) {
      expect(await as(owner, 'PUT', memberPath(guest), { role })).toMatchObject({ status: 403 })
    }
    const userId = guest.user.id
    expect(await as(owner, 'POST', `/api/conversations/${otherRoom}/members`, { userId })).toMatchObject(isNobody)
    for (const kind of [{ type: 'direct' }, { type: 'group', title: 'x' }]) {
      expect(await as(owner, 'POST', '/api/conversations', { ...kind, memberIds: [userId] })).toMatchObject(isNobody)
    }
    const rooms = await gateway.context.database.conversationMember.findMany({ where: { userId } })
    expect(rooms).toMatchObject([{ conversationId: room, role: 'member' }])
  })
})

/** For guests, too, who would be none afterwards. */
const endsSession = ['post /api/auth/logout', 'delete /api/users/me']

/** What does not refuse a guest as such: it says so of itself, or is for anybody. */
const forGuests = [
  'delete /api/auth/sessions/{id}',
  'delete /api/conversations/{id}/members/{userId}',
  'delete /api/messages/{id}',
  'delete /api/users/{id}',
  'get /api/auth/sessions',
  'get /api/auth/verify',
  'get /api/conversations',
  'get /api/conversations/{id}',
  'get /api/conversations/{id}/members',
  'get /api/conversations/{id}/messages',
  'get /api/messages/{id}',
  'get /api/share-links/{linkId}',
  'get /api/users/me',
  'get /health',
  'get /livez',
  'get /readyz',
  'post /api/auth/login',
  'post /api/auth/password-reset',
  'post /api/auth/refresh',
  'post /api/auth/register',
  'post /api/conversations/{id}/messages',
  'post /api/conversations/{id}/read',
  'post /api/messages/{id}/read',
  'post /api/messages/{id}/translate',
  'post /api/share-links/{linkId}/join',
  'post /api/translate',
  'put /api/conversations/{id}/settings',
  'put /api/messages/{id}',
  'put /api/users/me',
  'put /api/users/{id}',
]

describe('the end of a guest', () => {
  const sessionOf = async (person: Person) =>
    (await as<{ data: Array<{ id: string }> }>(person, 'GET', '/api/auth/sessions')).body.data[0]?.id

  async function expectGone(socket: TestSocket): Promise<void> {
    expect(await socket.waitForClose()).toMatchObject({ code: closeCodes.revoked })
    expect(await as(guest, 'GET', '/api/users/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    const { refreshToken } = guest as Person & { refreshToken: string }
    expect(await gateway.call('POST', '/api/auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
    expect(await gateway.context.database.user.findUnique({ where: { id: guest.user.id } })).toMatchObject({
      username: 'deleted',
      displayName: 'Deleted user',
      erasedAt: expect.any(Date),
    })
  }

  it.each([
    ['leaving', () => as(guest, 'DELETE', memberPath(guest))],
    ['being removed', () => as(owner, 'DELETE', memberPath(guest))],
    ['the deletion of the conversation', () => as(owner, 'DELETE', `/api/conversations/${room}`)],
  ])('is %s', async (_, end) => {
    const socket = await connect(guest)
    expect(await end()).toMatchObject({ status: 204 })
    await expectGone(socket)
  })

  it.each([
    ['with signing out', () => as(guest, 'POST', '/api/auth/logout')],
    ['with ending the session', async () => as(guest, 'DELETE', `/api/auth/sessions/${await sessionOf(guest)}`)],
  ])('comes %s, without waiting for the next guest', async (_, end) => {
    const [socket, watching] = [await connect(guest), await connect(member)]
    expect(await end()).toMatchObject({ status: 204 })
    expect(await watching.next('member.removed')).toMatchObject({ data: { userId: guest.user.id } })
    await expectGone(socket)
  })

  it('comes for the other guests with the account of the only owner', async () => {
    const host = await gateway.register(`host${room.replaceAll('-', '').slice(-20)}`)
    const made = await as<Conversation>(host, 'POST', '/api/conversations', {
      type: 'group',
      title: 'x',
      memberIds: [],
    })
    const body = { conversationId: made.body.id, allowGuests: true }
    link = (await as<ShareLink>(host, 'POST', '/api/share-links', body)).body.id
    guest = await enter()
    const socket = await connect(guest)
    expect(await as(host, 'DELETE', '/api/users/me')).toMatchObject({ status: 204 })
    await expectGone(socket)
  })

  it('is told to the others, with what stays', async () => {
    const watching = await connect(member)
    await as(guest, 'DELETE', memberPath(guest))
    expect(await watching.next('member.removed')).toMatchObject({ data: { userId: guest.user.id, version: 3 } })
    const { body } = await as<{ data: unknown[] }>(member, 'GET', `/api/conversations/${room}/members`)
    expect(body.data).toHaveLength(2)
  })

  it('comes by itself once they cannot come back', async () => {
    const { database } = gateway.context
    const [expired, signedOut, staying] = [guest, await enter(), await enter()]
    const watching = await connect(member)
    const past = new Date(Date.now() - 60_000)
    await database.session.updateMany({ where: { userId: expired.user.id }, data: { expiresAt: past } })
    expect(await as(signedOut, 'POST', '/api/auth/logout')).toMatchObject({ status: 204 })
    const last = await enter()
    await watching.next('member.removed', 1)
    const gone = watching.framesOf('member.removed').map(({ data }) => data.userId)
    expect(gone.sort()).toEqual([expired.user.id, signedOut.user.id].sort())
    const guests = await database.conversationMember.findMany({
      where: { conversationId: room, user: { role: 'GUEST' } },
      select: { userId: true },
    })
    expect(guests.map(({ userId }) => userId).sort()).toEqual([staying.user.id, last.user.id].sort())
    expect(await as(staying, 'GET', '/api/users/me')).toMatchObject({ status: 200 })
  })
})
