import type { ClientNotification } from '@meeshy/shared/frames/client-notification'
import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import type { GatewayTables } from '../src/store/database.js'
import { notify, notifyAll } from '../src/websocket/announce/notify.js'
import { signIn } from './socket.js'
import { type Person, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

interface List {
  data: ClientNotification[]
  page: { nextCursor: string | null }
  unreadCount: number
}

let gateway: TestGateway
let ana: Person
let ben: Person
let room: string
beforeAll(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana')
  ben = await gateway.register('ben')
  const body = { type: 'group', title: 'Room', memberIds: [ben.user.id] }
  room = (await as<Conversation>(ana, 'POST', '/api/conversations', body)).body.id
})
afterAll(() => gateway.close())

beforeEach(() => gateway.context.database.notification.deleteMany())

const as = <Body>(person: Person, method: string, path: string, body?: object) =>
  gateway.call<Body>(method, path, { token: person.accessToken, ...(body && { body }) })
const list = async (person: Person, query = '') => (await as<List>(person, 'GET', `/api/notifications${query}`)).body

/** What came of it, told to Ben. */
const tell = (occasion: object = {}) =>
  notify(gateway.context, {
    userId: ben.user.id,
    actorId: ana.user.id,
    type: 'mention',
    conversationId: room,
    messageId: newId(),
    ...occasion,
  })

/** The same tables, which note what they are asked. */
function counting(tables: GatewayTables, queries: string[]): GatewayTables {
  const noting = <Thing extends object>(thing: Thing): Thing =>
    new Proxy(thing, {
      get: (target, name, receiver) => {
        const value = Reflect.get(target, name, receiver)
        if (typeof value === 'function') queries.push(String(name))
        return typeof value === 'object' && value !== null ? noting(value) : value
      },
    })
  return noting(tables)
}

describe('a notification', () => {
  it('is kept, and shown at once', async () => {
    const socket = await signIn(gateway.url, ben.accessToken)
    const messageId = newId()
    await tell({ messageId })
    const { id, username, displayName, preferredLanguage } = ana.user
    const expected = {
      type: 'mention',
      actor: { id, username, displayName, preferredLanguage, avatarUrl: null },
      conversationId: room,
      messageId,
      requestId: null,
      readAt: null,
    }
    expect(await list(ben)).toMatchObject({ data: [expected], unreadCount: 1 })
    const { data } = await socket.next('notification.new')
    expect([data]).toEqual((await list(ben)).data)
    expect(await list(ana)).toMatchObject({ data: [], unreadCount: 0 })
    socket.close()
  })

  it('is for nobody about themselves, twice about a message, or from a muted or foreign room', async () => {
    const messageId = newId()
    await tell({ messageId })
    await tell({ messageId })
    await tell({ actorId: ben.user.id })
    await tell({ conversationId: newId() })
    const settings = `/api/conversations/${room}/settings`
    await as(ben, 'PUT', settings, { muted: true })
    await tell()
    await as(ben, 'PUT', settings, { muted: false })
    expect((await list(ben)).data.map((one) => one.messageId)).toEqual([messageId])
  })

  it.each([
    ['blocker', (): [Person, Person] => [ana, ben]],
    ['blocked', (): [Person, Person] => [ben, ana]],
  ] as const)('is not for the %s', async (_, pair) => {
    const [blocker, blocked] = pair()
    await as(blocker, 'POST', `/api/users/${blocked.user.id}/block`)
    await tell()
    await as(blocker, 'DELETE', `/api/users/${blocked.user.id}/block`)
    expect((await list(ben)).data).toEqual([])
  })

  it('that cannot be kept is logged, and fails nothing', async () => {
    const transaction = vi.spyOn(gateway.context.database, 'transaction').mockRejectedValueOnce(new Error('disk full'))
    await tell()
    transaction.mockRestore()
    expect(gateway.lines.filter((line) => line.includes('Nobody could be notified'))).toHaveLength(1)
  })

  it('of a request that was withdrawn meanwhile is none, and nothing to worry about', async () => {
    const before = gateway.lines.length
    await tell({ type: 'friend_request', conversationId: undefined, messageId: undefined, requestId: newId() })
    expect((await list(ben)).data).toEqual([])
    expect(gateway.lines.slice(before).join()).not.toContain('Nobody could be notified')
  })

  it('for many holds the database up no longer than for one', async () => {
    const people = Array.from({ length: 60 }, (_, index) => ({ id: newId(), name: `crowd-${index}` }))
    await gateway.context.database.user.createMany({
      data: people.map(({ id, name }) => ({
        id,
        username: name,
        usernameKey: name,
        displayName: name,
        displayNameKey: name,
        preferredLanguage: 'en',
      })),
    })
    const queries: string[] = []
    const { database } = gateway.context
    const { transaction } = database
    database.transaction = (work) => transaction((tables) => work(counting(tables, queries)))
    const ids = people.map(({ id }) => id)
    await notifyAll(gateway.context, ids, { type: 'friend_request', actorId: ana.user.id })
    database.transaction = transaction
    expect(await database.notification.count({ where: { userId: { in: ids } } })).toBe(60)
    expect(queries.length).toBeLessThan(10)
  })

  it('comes with being added, alone or from the start', async () => {
    const cid = await gateway.register('cid')
    await as(ana, 'POST', `/api/conversations/${room}/members`, { userId: cid.user.id })
    await as(ana, 'POST', `/api/conversations/${room}/members`, { userId: cid.user.id })
    const body = { type: 'group', title: 'New', memberIds: [ben.user.id, cid.user.id] }
    const { id } = (await as<Conversation>(ana, 'POST', '/api/conversations', body)).body
    const added = { type: 'added_to_conversation', actor: { id: ana.user.id }, readAt: null }
    expect((await list(cid)).data).toMatchObject([
      { ...added, conversationId: id },
      { ...added, conversationId: room },
    ])
    expect((await list(ben)).data).toMatchObject([{ ...added, conversationId: id }])
    expect((await list(ana)).data).toEqual([])
  })
})

describe('the list', () => {
  it('goes from the newest on, in pages, and can leave out what is read', async () => {
    const messageIds = [newId(), newId(), newId()]
    for (const messageId of messageIds) await tell({ messageId })
    const first = await list(ben, '?limit=2')
    const second = await list(ben, `?limit=2&cursor=${first.page.nextCursor}`)
    expect([first, second].map(({ data }) => data.map((one) => one.messageId))).toEqual([
      [messageIds[2], messageIds[1]],
      [messageIds[0]],
    ])
    expect([first.unreadCount, second.page.nextCursor]).toEqual([3, null])

    const [newest] = first.data
    const path = `/api/notifications/${newest?.id}/read`
    const read = await as<ClientNotification>(ben, 'POST', path)
    expect(read).toMatchObject({ status: 200, body: { id: newest?.id, readAt: expect.any(String) } })
    expect((await as<ClientNotification>(ben, 'POST', path)).body).toEqual(read.body)
    const unread = await list(ben, '?unread=true')
    expect(unread.data.map((one) => one.messageId)).toEqual([messageIds[1], messageIds[0]])
    expect(unread.unreadCount).toBe(2)

    expect(await as(ben, 'POST', '/api/notifications/read-all')).toMatchObject({ status: 204 })
    expect(await list(ben)).toMatchObject({ data: [{}, {}, {}], unreadCount: 0 })
    expect((await list(ben, '?unread=true')).data).toEqual([])
  })

  it('is nobody else’s to read', async () => {
    await tell()
    const [mine] = (await list(ben)).data
    const token = ana.accessToken
    const foreign = await gateway.fail('POST', `/api/notifications/${mine?.id}/read`, { token })
    const none = await gateway.fail('POST', `/api/notifications/${newId()}/read`, { token })
    expect(foreign.status).toBe(404)
    expect(withoutRequestId(foreign)).toBe(withoutRequestId(none))
    await as(ana, 'POST', '/api/notifications/read-all')
    expect((await list(ben)).unreadCount).toBe(1)
  })

  it('forgets the oldest beyond 500', async () => {
    const userId = ben.user.id
    const old = Array.from({ length: 500 }, () => ({ id: newId(), userId, type: 'mention', messageId: newId() }))
    await gateway.context.database.notification.createMany({ data: old })
    await notifyAll(gateway.context, [userId], { type: 'friend_request', actorId: ana.user.id })
    const kept = await gateway.context.database.notification.findMany({ where: { userId }, orderBy: { id: 'asc' } })
    expect(kept).toHaveLength(500)
    expect(kept[0]?.id).toBe(old[1]?.id)
    expect(kept.at(-1)).toMatchObject({ type: 'friend_request' })
  })
})
