import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { ConversationSummary } from '../src/store/conversations/conversation-summary.js'
import {
  type Conversation,
  createDirect,
  createGroupConversation,
  openDirect,
} from '../src/store/conversations/conversations.js'
import { type Person, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

interface Page {
  data: ConversationSummary[]
  page: { nextCursor: string | null; hasMore: boolean }
}

let gateway: TestGateway
let ana: Person
let ben: Person
let eve: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana')
  ben = await gateway.register('ben')
  eve = await gateway.register('eve')
})
afterAll(() => gateway.close())

const create = (person: Person, body: object) =>
  gateway.call<Conversation>('POST', '/api/conversations', { token: person.accessToken, body })

describe('a direct conversation', () => {
  it('is one for a pair, whoever asks', async () => {
    const first = await create(ana, { type: 'direct', memberIds: [ben.user.id] })
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({ type: 'direct', title: null, version: 1, memberCount: 2, role: 'member' })
    expect(first.body.peer?.username).toBe('ben')
    expect(first.body.members.map(({ user }) => user.username).sort()).toEqual(['ana', 'ben'])

    const again = await create(ana, { type: 'direct', memberIds: [ben.user.id, ana.user.id] })
    const other = await create(ben, { type: 'direct', memberIds: [ana.user.id] })
    expect([again.status, other.status]).toEqual([200, 200])
    expect(again.body).toEqual(first.body)
    expect(other.body).toMatchObject({ id: first.body.id, peer: { username: 'ana' } })
  })

  it('is one for a pair also when many ask at once', async () => {
    const fay = await gateway.register('fay')
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const [from, to] = index % 2 === 0 ? [ana, fay] : [fay, ana]
        return create(from, { type: 'direct', memberIds: [to.user.id] })
      }),
    )
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.every(({ status }) => status < 300)).toBe(true)
  })

  it('is made once by those who all looked before it was there', async () => {
    const hal = await gateway.register('hal')
    const { database } = gateway.context
    const made = await Promise.all(Array.from({ length: 8 }, () => createDirect(database, ana.user.id, hal.user.id)))
    expect(new Set(made.map(({ id }) => id)).size).toBe(1)
    expect(made.filter(({ created }) => created)).toHaveLength(1)
  })

  it.each([
    ['oneself', () => ({ memberIds: [ana.user.id] }), '/memberIds'],
    ['nobody', () => ({ memberIds: [] }), '/memberIds'],
    ['two others', () => ({ memberIds: [ben.user.id, eve.user.id] }), '/memberIds'],
    ['a stranger who does not exist', () => ({ memberIds: ['nobody'] }), '/memberIds/0'],
    ['a title', () => ({ memberIds: [ben.user.id], title: 'Us' }), '/title'],
  ])('is not made with %s', async (_, fields, pointer) => {
    const body = { type: 'direct', ...fields() }
    const answer = await gateway.fail('POST', '/api/conversations', { token: ana.accessToken, body })
    expect(answer.status).toBe(400)
    expect(answer.body.errors?.[0]?.pointer).toBe(pointer)
  })
})

describe('a group', () => {
  it('has its creator as owner, and each member once', async () => {
    const memberIds = [ben.user.id, eve.user.id, ben.user.id, ana.user.id]
    const { status, body } = await create(ana, { type: 'group', title: 'Trip 🚂', memberIds })
    expect(status).toBe(201)
    expect(body).toMatchObject({ type: 'group', title: 'Trip 🚂', memberCount: 3, role: 'owner', peer: null })
    expect(body.members.filter(({ role }) => role === 'owner').map(({ user }) => user.id)).toEqual([ana.user.id])
  })

  it.each([
    ['without a title', {}, '/title'],
    ['with an empty title', { title: '' }, '/title'],
    ['with 201 members', { title: 'All', memberIds: Array(201).fill('x') }, '/memberIds'],
    ['with a member that is no text', { title: 'All', memberIds: [7] }, '/memberIds/0'],
    ['of another type', { title: 'All', type: 'channel' }, '/type'],
  ])('is not made %s', async (_, fields, pointer) => {
    const body = { type: 'group', memberIds: [], ...fields }
    const answer = await gateway.fail('POST', '/api/conversations', { token: ana.accessToken, body })
    expect(answer.body.errors?.[0]?.pointer).toBe(pointer)
  })

  it('is announced to every member', async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws?token=${ben.accessToken}`)
    const frames: Array<{ type: string; conversationId?: string; data: object }> = []
    socket.on('message', (data) => frames.push(JSON.parse(String(data))))
    await waitFor(() => frames.some(({ type }) => type === 'hello'), { what: 'hello' })
    const { body } = await create(ana, { type: 'group', title: 'News', memberIds: [ben.user.id] })
    await waitFor(() => frames.length > 1, { what: 'the announcement' })
    expect(frames[1]).toEqual({
      type: 'conversation.created',
      conversationId: body.id,
      data: { id: body.id, version: 1 },
    })
    socket.close()
  })
})

it('nobody comes in whose account has gone, or across a block, however late that was', async () => {
  const { database } = gateway.context
  const [jim, kim] = [await gateway.register('jim'), await gateway.register('kim')]
  await gateway.call('DELETE', '/api/users/me', { token: jim.accessToken })
  await gateway.call('POST', `/api/users/${ana.user.id}/block`, { token: kim.accessToken })
  const group = (memberIds: string[]) => createGroupConversation(database, ana.user.id, { title: 'Late', memberIds })
  const gone = { code: 'validation_failed', options: { errors: [{ pointer: '/memberIds/1' }] } }
  await expect(group([ana.user.id, jim.user.id])).rejects.toMatchObject(gone)
  await expect(openDirect(database, ana.user.id, [ana.user.id, jim.user.id])).rejects.toMatchObject(gone)
  await expect(group([ben.user.id, kim.user.id])).rejects.toMatchObject({ code: 'forbidden' })
  await expect(openDirect(database, ana.user.id, [kim.user.id])).rejects.toMatchObject({ code: 'forbidden' })
})

describe('a large group', () => {
  it('comes with its first 200 members, and the others in pages', async () => {
    const { id } = (await create(ana, { type: 'group', title: 'All', memberIds: [ben.user.id] })).body
    const { user, conversationMember } = gateway.context.database
    const others = Array.from({ length: 248 }, (_, index) => `crowd-${index}`)
    const names = { displayName: 'x', displayNameKey: 'x', preferredLanguage: 'en' }
    const joinedAt = new Date(Date.now() + 60_000)
    await user.createMany({ data: others.map((one) => ({ ...names, id: one, username: one, usernameKey: one })) })
    await conversationMember.createMany({
      data: others.map((userId) => ({ conversationId: id, userId, joinedAt })),
    })
    const { body } = await gateway.call<Conversation>('GET', `/api/conversations/${id}`, { token: ben.accessToken })
    expect(body).toMatchObject({ memberCount: 250, role: 'member' })
    expect(body.members).toHaveLength(200)
    const [first, second] = body.members.map(({ user: { id: memberId } }) => memberId)
    expect([first, second].sort()).toEqual([ana.user.id, ben.user.id].sort())
    const path = `/api/conversations/${id}/members?limit=200`
    const page = await gateway.call<{ page: { hasMore: boolean } }>('GET', path, { token: ben.accessToken })
    expect(page.body.page.hasMore).toBe(true)
  })
})

describe('the list', () => {
  it('goes from the latest activity on, page by page, without a gap', async () => {
    const gil = await gateway.register('gil')
    const made: string[] = []
    for (let index = 0; index < 7; index += 1) {
      made.push((await create(gil, { type: 'group', title: `Group ${index}`, memberIds: [] })).body.id)
    }
    // Three of the same time: their ids decide.
    const at = new Date('2026-01-01T00:00:00.000Z')
    const same = { where: { id: { in: made.slice(2, 5) } }, data: { lastActivityAt: at } }
    await gateway.context.database.conversation.updateMany(same)

    const seen: string[] = []
    let cursor = ''
    do {
      const query = `limit=2${cursor && `&cursor=${cursor}`}`
      const { body } = await gateway.call<Page>('GET', `/api/conversations?${query}`, { token: gil.accessToken })
      seen.push(...body.data.map(({ id }) => id))
      expect(body.page.hasMore).toBe(body.page.nextCursor !== null)
      cursor = body.page.nextCursor ?? ''
    } while (cursor)
    expect(seen).toEqual([...made.slice(5).reverse(), ...made.slice(0, 2).reverse(), ...made.slice(2, 5).reverse()])
  })

  it.each([
    { at: '2026-99-99T99:99:99Z', id: 'x' },
    { at: 8.64e15 + 1, id: 'x' },
    { at: 1.5, id: 'x' },
    { at: 0, id: '\ud800' },
    { at: 0 },
    null,
  ])('refuses the cursor %j', async (position) => {
    const cursor = Buffer.from(JSON.stringify(position)).toString('base64url')
    const answer = await gateway.fail('GET', `/api/conversations?cursor=${cursor}`, { token: ana.accessToken })
    expect(answer.body).toMatchObject({ status: 400, errors: [{ pointer: '/cursor' }] })
  })

  it('shows only mine, with the other one of a direct conversation', async () => {
    const { body } = await gateway.call<Page>('GET', '/api/conversations', { token: eve.accessToken })
    expect(body.data.map(({ title }) => title)).toEqual(['Trip 🚂'])
    const anas = (await gateway.call<Page>('GET', '/api/conversations', { token: ana.accessToken })).body
    const direct = anas.data.filter(({ type }) => type === 'direct')
    expect(direct.map(({ peer }) => peer?.username).sort()).toEqual(['ben', 'fay', 'hal'])
    expect(direct[0]).not.toHaveProperty('members')
  })
})

describe('somebody who is not a member', () => {
  it('gets exactly what they get for a conversation that does not exist', async () => {
    const { body } = await create(ana, { type: 'direct', memberIds: [ben.user.id] })
    const [theirs, nothing] = await Promise.all(
      [body.id, 'nothing'].map((id) => gateway.fail('GET', `/api/conversations/${id}`, { token: eve.accessToken })),
    )
    expect(theirs?.status).toBe(404)
    expect(theirs && withoutRequestId(theirs)).toBe(nothing && withoutRequestId(nothing))
  })
})
