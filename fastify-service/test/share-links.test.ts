import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import type { ShareLink } from '../src/store/share-links/share-links.js'
import { type Person, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

let gateway: TestGateway
let owner: Person
let member: Person
let stranger: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  owner = await gateway.register('owner')
  member = await gateway.register('member')
  stranger = await gateway.register('stranger')
})
afterAll(() => gateway.close())

let room: string
beforeEach(async () => {
  const body = { type: 'group', title: 'Garden', memberIds: [member.user.id] }
  room = (await gateway.call<Conversation>('POST', '/api/conversations', { token: owner.accessToken, body })).body.id
})

const call = <Body>(person: Person, method: string, path: string, body?: object) =>
  gateway.call<Body>(method, `/api/share-links${path}`, { token: person.accessToken, ...(body && { body }) })

const make = async (terms: object = {}) =>
  (await call<ShareLink>(owner, 'POST', '', { conversationId: room, ...terms })).body

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

describe('a link', () => {
  it('is made by moderators of a group', async () => {
    const terms = { name: 'Poster', maxUses: 3, expiresAt: inAnHour(), allowGuests: true }
    const answer = await call<ShareLink>(owner, 'POST', '', { conversationId: room, ...terms })
    expect(answer).toMatchObject({ status: 201, body: { ...terms, conversationId: room, uses: 0, works: true } })
    expect(Buffer.from(answer.body.id, 'base64url')).toHaveLength(16)
    expect(await call(member, 'POST', '', { conversationId: room })).toMatchObject({ status: 403 })
    expect(await call(stranger, 'POST', '', { conversationId: room })).toMatchObject({ status: 404 })

    const body = { type: 'direct', memberIds: [member.user.id] }
    const direct = await gateway.call<Conversation>('POST', '/api/conversations', { token: owner.accessToken, body })
    expect(await call(owner, 'POST', '', { conversationId: direct.body.id })).toMatchObject({ status: 403 })
  })

  it.each([
    ['maxUses', 0],
    ['maxUses', 10_001],
    ['expiresAt', new Date(Date.now() - 1000).toISOString()],
    ['expiresAt', new Date(Date.now() + 400 * 86_400_000).toISOString()],
    ['expiresAt', '2026-13-45T99:99:99Z'],
    ['expiresAt', 'soon'],
    ['allowGuests', 'yes'],
    ['name', ' '],
  ])('with %s %s is refused', async (name, value) => {
    const body = { conversationId: room, [name]: value }
    const { body: problem } = await gateway.fail('POST', '/api/share-links', { token: owner.accessToken, body })
    expect(problem.errors?.some(({ pointer }) => pointer === `/${name}`)).toBe(true)
  })

  it('shows its holders where it leads, and nobody who is there', async () => {
    const { id } = await make({ name: 'secret name' })
    const { status, body, text } = await gateway.call('GET', `/api/share-links/${id}`)
    expect({ status, body }).toEqual({
      status: 200,
      body: { id, title: 'Garden', memberCount: 2, allowGuests: false, expiresAt: null },
    })
    for (const secret of ['owner', 'member"', 'secret name', room]) expect(text).not.toContain(secret)
  })

  it('that nobody made is not found, one that works no more is gone', async () => {
    const { id } = await make()
    const data = { expiresAt: new Date(Date.now() - 1) }
    await gateway.context.database.shareLink.update({ where: { id }, data })
    expect(await gateway.call('GET', `/api/share-links/${id}`)).toMatchObject({
      status: 410,
      body: { code: 'link_gone' },
    })
    for (const unknown of ['A'.repeat(22), 'x', newId()]) {
      expect(await gateway.call('GET', `/api/share-links/${unknown}`)).toMatchObject({ status: 404 })
    }
  })

  it('is changed and taken away by moderators, and not there for strangers', async () => {
    const { id } = await make({ name: 'Poster', maxUses: 3 })
    expect(await call(owner, 'PUT', `/${id}`, { maxUses: null, allowGuests: true })).toMatchObject({
      status: 200,
      body: { name: 'Poster', maxUses: null, allowGuests: true },
    })
    expect(await call(member, 'PUT', `/${id}`, { name: 'Mine' })).toMatchObject({ status: 403 })
    expect(await call(member, 'DELETE', `/${id}`)).toMatchObject({ status: 403 })
    for (const [method, body] of [['PUT', {}], ['DELETE']] as const) {
      const options = { token: stranger.accessToken, ...(body && { body }) }
      const foreign = await gateway.fail(method, `/api/share-links/${id}`, options)
      const none = await gateway.fail(method, `/api/share-links/${'A'.repeat(22)}`, options)
      expect(foreign.status).toBe(404)
      expect(withoutRequestId(foreign)).toBe(withoutRequestId(none))
    }
    expect(await call(owner, 'DELETE', `/${id}`)).toMatchObject({ status: 204 })
    expect(await gateway.call('GET', `/api/share-links/${id}`)).toMatchObject({ status: 404 })
  })

  it('is one of at most 50 that work', async () => {
    for (let count = 0; count < 50; count += 1) await make()
    const refused = await call(owner, 'POST', '', { conversationId: room })
    expect(refused).toMatchObject({ status: 403 })
    const { shareLink } = gateway.context.database
    await shareLink.updateMany({ where: { conversationId: room }, data: { maxUses: 1, uses: 1 } })
    expect((await make()).works).toBe(true)
    await make()
    // Of those that work no more, some stay to say so.
    expect(await shareLink.count({ where: { conversationId: room } })).toBe(52)
    await shareLink.updateMany({ where: { conversationId: room }, data: { maxUses: 1, uses: 1 } })
    await make()
    expect(await shareLink.count({ where: { conversationId: room } })).toBe(51)
  })
})

describe('the links', () => {
  interface List {
    data: ShareLink[]
    page: { nextCursor: string | null }
  }

  it('of a room are listed in pages for its moderators', async () => {
    const made = [await make(), await make(), await make()].map(({ id }) => id)
    const first = await call<List>(owner, 'GET', `?conversationId=${room}&limit=2`)
    const cursor = first.body.page.nextCursor
    const second = await call<List>(owner, 'GET', `?conversationId=${room}&limit=2&cursor=${cursor}`)
    const pages = [first, second].map(({ body }) => body.data.map(({ id }) => id))
    expect(pages.map(({ length }) => length)).toEqual([2, 1])
    expect(pages.flat().sort()).toEqual(made.sort())
    expect(await call(member, 'GET', `?conversationId=${room}`)).toMatchObject({ status: 403 })
    expect(await call(stranger, 'GET', `?conversationId=${room}`)).toMatchObject({ status: 404 })
  })

  it('that somebody made are theirs to see while they moderate the room', async () => {
    const path = `/api/conversations/${room}/members/${member.user.id}`
    await gateway.call('PUT', path, { token: owner.accessToken, body: { role: 'moderator' } })
    await make()
    const { body: mine } = await call<ShareLink>(member, 'POST', '', { conversationId: room })
    const ids = async () => (await call<List>(member, 'GET', '')).body.data.map(({ id }) => id)
    expect(await ids()).toEqual([mine.id])
    await gateway.call('PUT', path, { token: owner.accessToken, body: { role: 'member' } })
    expect(await ids()).toEqual([])
  })
})

it('guessing links is slowed down, address by address', async () => {
  const slow = await startTestGateway({ AUTH_RATE_LIMIT_PER_MINUTE: '3' })
  const statuses: number[] = []
  for (let count = 0; count < 4; count += 1) {
    statuses.push((await slow.call('GET', `/api/share-links/${'A'.repeat(22)}`)).status)
  }
  expect(statuses).toEqual([404, 404, 404, 429])
  await slow.close()
})
