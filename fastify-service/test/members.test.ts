import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import { addMember } from '../src/store/conversations/members.js'
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

it('nobody is put in whose account has gone, however late that was', async () => {
  const left = await gateway.register('left')
  await gateway.call('DELETE', '/api/users/me', { token: left.accessToken })
  expect(await add(member, left)).toMatchObject({ status: 403 })
  expect(await add(moderator, left)).toMatchObject({ status: 400, body: { errors: [{ pointer: '/userId' }] } })
  const adding = addMember(gateway.context.database, room, moderator.user.id, left.user.id)
  await expect(adding).rejects.toMatchObject({ code: 'validation_failed' })
})

it('a conversation keeps an owner when one leaves while the new one is put in or taken out', async () => {
  await setRole(owner, moderator, 'admin')
  const [handed, left] = await Promise.all([setRole(owner, moderator, 'owner'), remove(owner, owner)])
  const { conversationMember } = gateway.context.database
  const where = { conversationId: room, role: 'owner' }
  expect(await conversationMember.count({ where })).toBeGreaterThan(0)
  expect([handed.status, left.status].every((status) => [204, 404, 409].includes(status))).toBe(true)
})

it('a role that somebody has already is no change', async () => {
  const version = async () => ((await call(owner, 'GET', '')).body as Conversation).version
  const before = await version()
  expect(await setRole(owner, moderator, 'moderator')).toMatchObject({ status: 204 })
  expect(await version()).toBe(before)
  expect(await setRole(owner, moderator, 'admin')).toMatchObject({ status: 204 })
  expect(await version()).toBe(before + 1)
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
