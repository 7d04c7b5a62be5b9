import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import type { Group } from '../src/store/groups/groups.js'
import { signIn } from './socket.js'
import { type Person, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

interface List<Row> {
  data: Row[]
  page: { nextCursor: string | null }
}

let gateway: TestGateway
let owner: Person
let admin: Person
let member: Person
let stranger: Person
let guest: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  owner = await gateway.register('owner')
  admin = await gateway.register('admin')
  member = await gateway.register('member')
  stranger = await gateway.register('stranger')
  guest = await gateway.register('guest')
  await gateway.context.database.user.update({ where: { id: guest.user.id }, data: { role: 'GUEST' } })
})
afterAll(() => gateway.close())

const call = <Body = unknown>({ accessToken: token }: Person, method: string, path: string, body?: object) =>
  gateway.call<Body>(method, path, { token, ...(body && { body }) })

async function create(fields: object = {}): Promise<Group> {
  const { body } = await call<Group>(owner, 'POST', '/api/groups', { name: 'Circle', ...fields })
  return body
}

let group: string
beforeEach(async () => {
  group = `/api/groups/${(await create()).id}`
  for (const { user } of [admin, member]) await call(owner, 'POST', `${group}/members`, { userId: user.id })
  await call(owner, 'PUT', `${group}/members/${admin.user.id}`, { role: 'admin' })
})

describe('making one', () => {
  it('makes its owner, with what was said or the defaults', async () => {
    const fields = { name: 'Reading', description: 'Books,\nread slowly', imageUrl: 'https://example.org/a.png' }
    const answer = await call<Group>(owner, 'POST', '/api/groups', fields)
    const expected = { ...fields, isPublic: false, maxMembers: 200, memberCount: 1, role: 'owner' }
    expect(answer).toMatchObject({ status: 201, body: { ...expected, createdById: owner.user.id } })
    expect((await call(owner, 'GET', `/api/groups/${answer.body.id}`)).body).toEqual(answer.body)
    expect(await create()).toMatchObject({ description: null, imageUrl: null })
  })

  it('takes nothing but that', async () => {
    const refused = [
      { name: '' },
      { name: ' \u200b' },
      { name: 'x'.repeat(101) },
      { description: 'x'.repeat(1001) },
      { description: 'a\u0000' },
      { imageUrl: 'http://example.org/a.png' },
      { imageUrl: '' },
      { imageUrl: `https://example.org/${'x'.repeat(2048)}` },
      { maxMembers: 1 },
      { maxMembers: 1001 },
      { isPublic: 'true' },
      { createdById: 'x' },
    ]
    for (const fields of refused) {
      const what = JSON.stringify(fields).slice(0, 80)
      expect(await call(owner, 'POST', '/api/groups', { name: 'x', ...fields }), what).toMatchObject({ status: 400 })
      expect(await call(owner, 'PUT', group, fields), what).toMatchObject({ status: 400 })
    }
  })

  it('is not for guests', async () => {
    expect(await call(guest, 'POST', '/api/groups', { name: 'Mine' })).toMatchObject({ status: 403 })
    expect(await call(guest, 'GET', '/api/groups')).toMatchObject({ status: 403 })
  })
})

describe('changing one', () => {
  it('is for admins, and takes the given fields only', async () => {
    const description = 'All about it'
    expect(await call(member, 'PUT', group, { description })).toMatchObject({ status: 403 })
    expect(await call(admin, 'PUT', group, { description })).toMatchObject({
      status: 200,
      body: { name: 'Circle', description, role: 'admin' },
    })
    expect(await call(admin, 'PUT', group, { description: null })).toMatchObject({ body: { description: null } })
  })

  it('may make it smaller than it is; nobody has to leave', async () => {
    expect(await call(admin, 'PUT', group, { maxMembers: 2 })).toMatchObject({ body: { memberCount: 3 } })
    const add = { userId: stranger.user.id }
    expect(await call(admin, 'POST', `${group}/members`, add)).toMatchObject({ body: { code: 'group_full' } })
  })
})

describe('deleting one', () => {
  it('is for owners, and leaves its conversations', async () => {
    const body = { type: 'group', title: 'Room', memberIds: [stranger.user.id], groupId: group.slice(12) }
    const room = await call<Conversation>(member, 'POST', '/api/conversations', body)
    expect(room).toMatchObject({ status: 201, body: { groupId: body.groupId } })
    const socket = await signIn(gateway.url, stranger.accessToken)
    expect(await call(admin, 'DELETE', group)).toMatchObject({ status: 403 })
    expect(await call(owner, 'DELETE', group)).toMatchObject({ status: 204 })
    expect(await call(owner, 'GET', group)).toMatchObject({ status: 404 })
    const { id, version } = room.body
    const after = { groupId: null, version: version + 1, memberCount: 2 }
    expect(await call(stranger, 'GET', `/api/conversations/${id}`)).toMatchObject({ status: 200, body: after })
    expect((await socket.next('conversation.updated')).data).toEqual({ id, version: version + 1 })
    socket.close()
  })
})

describe('a conversation of a group', () => {
  const open = (by: Person, fields: object) => call<Conversation>(by, 'POST', '/api/conversations', fields)

  it('is made by somebody in the group, and by nobody else', async () => {
    const isPublic = await create({ name: 'Open', isPublic: true })
    const refused = []
    for (const groupId of [group.slice(12), isPublic.id, newId()]) {
      const body = { type: 'group', title: 'Room', memberIds: [], groupId }
      refused.push(await gateway.fail('POST', '/api/conversations', { token: stranger.accessToken, body }))
    }
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400])
    expect(new Set(refused.map(withoutRequestId)).size).toBe(1)
    const direct = { type: 'direct', memberIds: [owner.user.id], groupId: group.slice(12) }
    expect(await open(member, direct)).toMatchObject({ status: 400 })
  })

  it('is listed in the group for who is in it, and for them only', async () => {
    const body = { type: 'group', memberIds: [admin.user.id], groupId: group.slice(12) }
    const ids: string[] = []
    for (const title of ['One', 'Two', 'Three']) ids.unshift((await open(member, { ...body, title })).body.id)
    await open(member, { type: 'group', title: 'Elsewhere', memberIds: [admin.user.id] })
    expect(await listAll(admin, `${group}/conversations?limit=2`)).toEqual(ids)
    expect(await call(owner, 'GET', `${group}/conversations`)).toMatchObject({ status: 200, body: { data: [] } })
    expect(await call(stranger, 'GET', `${group}/conversations`)).toMatchObject({ status: 404 })
    // Who leaves the group stays in its conversations.
    await call(admin, 'DELETE', `${group}/members/${admin.user.id}`)
    expect(await call(admin, 'GET', `/api/conversations/${ids[0]}`)).toMatchObject({ status: 200 })
  })
})

describe('lists', () => {
  it('show my groups by name, and find public ones by the beginning of theirs', async () => {
    const person = await gateway.register('reader')
    const make = async (by: Person, name: string, isPublic: boolean) =>
      (await call<Group>(by, 'POST', '/api/groups', { name, isPublic })).body.id
    const mine = [
      await make(person, 'beta', true),
      await make(person, 'Beta', false),
      await make(person, 'Übung', true),
    ]
    const other = await make(owner, 'BETA two', true)
    await make(owner, 'beta secret', false)
    expect(await listAll(person, '/api/groups?limit=1')).toEqual(mine)
    expect(await listAll(person, '/api/groups?limit=1&search=bet')).toEqual([mine[0], other])
    expect(await listAll(person, '/api/groups?search=üB')).toEqual([mine[2]])
    const { body } = await call<List<Group>>(person, 'GET', '/api/groups?search=beta')
    expect(body.data.map(({ role, memberCount }) => [role, memberCount])).toEqual([
      ['owner', 1],
      [null, 1],
    ])
  })

  it('take no cursor but their own', async () => {
    const cursors = [{ name: 'x' }, { name: '\ud800', id: 'x' }, { name: '\u0000', id: 'x' }, { name: 'x', id: 'a b' }]
    for (const position of cursors) {
      const cursor = Buffer.from(JSON.stringify(position)).toString('base64url')
      expect(await call(owner, 'GET', `/api/groups?cursor=${cursor}`), cursor).toMatchObject({ status: 400 })
    }
  })

  it('go on after the longest name', async () => {
    const name = '\u{1d160}'.repeat(100)
    for (const _ of [1, 2, 3]) await create({ name, isPublic: true })
    expect(await listAll(stranger, `/api/groups?limit=1&search=${encodeURIComponent(name)}`)).toHaveLength(3)
  })
})

it('a stranger gets what they would get if there were no group', async () => {
  const token = stranger.accessToken
  const paths = (path: string) =>
    [
      ['GET', path],
      ['PUT', path, { name: 'Mine' }],
      ['DELETE', path],
      ['GET', `${path}/conversations`],
      ['GET', `${path}/members`],
      ['POST', `${path}/members`, {}],
      ['POST', `${path}/members`, { userId: member.user.id }],
      ['POST', `${path}/members`, { userId: newId() }],
      ['PUT', `${path}/members/${member.user.id}`, { role: 'member' }],
      ['DELETE', `${path}/members/${member.user.id}`],
      ['DELETE', `${path}/members/${stranger.user.id}`],
    ] as const
  const absent = paths(`/api/groups/${newId()}`)
  for (const [index, [method, path, body]] of paths(group).entries()) {
    const foreign = await gateway.fail(method, path, { token, ...(body && { body }) })
    const none = await gateway.fail(method, absent[index]?.[1] ?? '', { token, ...(body && { body }) })
    expect(foreign.status, `${method} ${path}`).toBe(404)
    expect(withoutRequestId(foreign)).toBe(withoutRequestId(none))
  }
})

/** The ids of all pages. */
async function listAll(by: Person, path: string): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const url: string = cursor ? `${path}&cursor=${cursor}` : path
    const { body } = await call<List<{ id: string }>>(by, 'GET', url)
    ids.push(...body.data.map(({ id }) => id))
    cursor = body.page.nextCursor
  }
  return ids
}
