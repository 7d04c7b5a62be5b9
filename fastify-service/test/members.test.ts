import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Conversation } from '../src/store/conversations.js'
import { type Person, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

let gateway: TestGateway
let owner: Person
let moderator: Person
let member: Person
let stranger: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  owner = await gateway.register('owner')
  moderator = await gateway.register('moderator')
  member = await gateway.register('member')
  stranger = await gateway.register('stranger')
})
afterAll(() => gateway.close())

let room: string
beforeEach(async () => {
  const body = { type: 'group', title: 'Room', memberIds: [moderator.user.id, member.user.id] }
  room = (await gateway.call<Conversation>('POST', '/api/conversations', { token: owner.accessToken, body })).body.id
  await setRole(owner, moderator, 'moderator')
})

const call = (person: Person, method: string, path: string, body?: object) =>
  gateway.call(method, `/api/conversations/${room}${path}`, { token: person.accessToken, ...(body && { body }) })

const add = (by: Person, { user }: Person) => call(by, 'POST', '/members', { userId: user.id })
const remove = (by: Person, { user }: Person) => call(by, 'DELETE', `/members/${user.id}`)
const setRole = (by: Person, { user }: Person, role: string) => call(by, 'PUT', `/members/${user.id}`, { role })

async function rolesIn(): Promise<Record<string, string>> {
  const { body } = await call(owner, 'GET', '/members')
  const { data } = body as { data: Array<{ user: { username: string }; role: string }> }
  return Object.fromEntries(data.map(({ user, role }) => [user.username, role]))
}

describe('adding', () => {
  it('is for moderators, and doing it again changes nothing', async () => {
    expect(await add(member, stranger)).toMatchObject({ status: 403 })
    expect(await add(moderator, stranger)).toMatchObject({ status: 204 })
    expect(await add(moderator, stranger)).toMatchObject({ status: 204 })
    expect(await rolesIn()).toMatchObject({ stranger: 'member' })
    expect(await call(moderator, 'POST', '/members', { userId: newId() })).toMatchObject({ status: 400 })
  })

  it('needs the peace of both', async () => {
    const data = { blockerId: stranger.user.id, blockedId: moderator.user.id }
    await gateway.context.database.block.create({ data })
    expect(await add(moderator, stranger)).toMatchObject({ status: 403 })
    expect(await add(owner, stranger)).toMatchObject({ status: 204 })
    await gateway.context.database.block.deleteMany({ where: data })
  })
})

describe('removing', () => {
  it('is for moderators and those above, from below', async () => {
    expect(await remove(member, moderator)).toMatchObject({ status: 403 })
    expect(await remove(moderator, owner)).toMatchObject({ status: 403 })
    expect(await remove(moderator, member)).toMatchObject({ status: 204 })
    expect(await remove(moderator, member)).toMatchObject({ status: 404 })
    expect(await call(member, 'GET', '/members')).toMatchObject({ status: 404 })
  })

  it('of oneself is leaving; the last owner has to hand over first', async () => {
    expect(await remove(member, member)).toMatchObject({ status: 204 })
    expect(await remove(owner, owner)).toMatchObject({ status: 409, body: { code: 'last_owner' } })
    expect(await setRole(owner, moderator, 'owner')).toMatchObject({ status: 204 })
    expect(await remove(owner, owner)).toMatchObject({ status: 204 })
  })

  it('keeps one of two owners who step down at the same time, or of whom one leaves', async () => {
    await setRole(owner, moderator, 'owner')
    const down = await Promise.all([setRole(owner, owner, 'member'), setRole(moderator, moderator, 'member')])
    expect(down.map(({ status }) => status).sort()).toEqual([204, 409])
    const still = down[0]?.status === 409 ? owner : moderator
    const other = still === owner ? moderator : owner
    await setRole(still, other, 'owner')
    const mixed = await Promise.all([remove(still, still), setRole(other, other, 'admin')])
    expect(mixed.map(({ status }) => status).sort()).toEqual([204, 409])
    expect(mixed.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'last_owner' })
  })

  it('keeps an owner when one leaves while the new one is put in or taken out', async () => {
    await setRole(owner, moderator, 'admin')
    const [handed, left] = await Promise.all([setRole(owner, moderator, 'owner'), remove(owner, owner)])
    const { conversationMember } = gateway.context.database
    const where = { conversationId: room, role: 'owner' }
    expect(await conversationMember.count({ where })).toBeGreaterThan(0)
    expect([handed.status, left.status].every((status) => [204, 404, 409].includes(status))).toBe(true)
  })

  it('keeps one of two owners who leave at the same time', async () => {
    await setRole(owner, moderator, 'owner')
    const answers = await Promise.all([remove(owner, owner), remove(moderator, moderator)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
  })
})

describe('roles', () => {
  it('are given by admins, below their own', async () => {
    expect(await setRole(moderator, member, 'moderator')).toMatchObject({ status: 403 })
    await setRole(owner, moderator, 'admin')
    expect(await setRole(moderator, member, 'admin')).toMatchObject({ status: 403 })
    expect(await setRole(moderator, member, 'moderator')).toMatchObject({ status: 204 })
    expect(await setRole(moderator, owner, 'member')).toMatchObject({ status: 403 })
    expect(await setRole(owner, owner, 'member')).toMatchObject({ status: 409, body: { code: 'last_owner' } })
    expect(await rolesIn()).toMatchObject({ owner: 'owner', moderator: 'admin', member: 'moderator' })
  })
})

it('an admin may step down, and not up again', async () => {
  await setRole(owner, moderator, 'admin')
  expect(await setRole(moderator, moderator, 'owner')).toMatchObject({ status: 403 })
  expect(await setRole(moderator, moderator, 'moderator')).toMatchObject({ status: 204 })
  expect(await setRole(moderator, moderator, 'admin')).toMatchObject({ status: 403 })
})

it('a stranger gets what they would get if there were no conversation', async () => {
  const token = stranger.accessToken
  const paths = (id: string) =>
    [
      ['GET', `/api/conversations/${id}/members`],
      ['POST', `/api/conversations/${id}/members`, { userId: stranger.user.id }],
      ['PUT', `/api/conversations/${id}/members/${member.user.id}`, { role: 'member' }],
      ['DELETE', `/api/conversations/${id}/members/${member.user.id}`],
      ['PUT', `/api/conversations/${id}`, { title: 'Mine' }],
      ['DELETE', `/api/conversations/${id}`],
      ['PUT', `/api/conversations/${id}/settings`, { autoTranslate: false }],
    ] as const
  const absent = paths(newId())
  for (const [index, [method, path, body]] of paths(room).entries()) {
    const foreign = await gateway.fail(method, path, { token, ...(body && { body }) })
    const none = await gateway.fail(method, absent[index]?.[1] ?? '', { token, ...(body && { body }) })
    expect(foreign.status).toBe(404)
    expect(withoutRequestId(foreign)).toBe(withoutRequestId(none))
  }
})

it('members are listed in pages', async () => {
  const pages: string[][] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const path: string = `/members?limit=2${cursor && `&cursor=${cursor}`}`
    const { body } = await call(member, 'GET', path)
    const { data, page } = body as { data: Array<{ user: { id: string } }>; page: { nextCursor: string | null } }
    pages.push(data.map(({ user }) => user.id))
    cursor = page.nextCursor
  }
  expect(pages.map(({ length }) => length)).toEqual([2, 1])
  expect(new Set(pages.flat())).toEqual(new Set([owner, moderator, member].map(({ user }) => user.id)))
})
