import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import { signIn } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let ben: Person
let cid: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  ben = await gateway.register('ben')
  cid = await gateway.register('cid')
})
afterAll(() => gateway.close())

let count = 0
/** Who is going to leave. */
let ana: Person
beforeEach(async () => {
  count += 1
  ana = await gateway.register(`anastasia${count}`, { displayName: `Anastasia the ${count}th` })
})

const call = ({ accessToken: token }: Person, method: string, path: string, body?: object) =>
  gateway.call(method, path, { token, ...(body && { body }) })
const leave = (person: Person) => call(person, 'DELETE', '/api/users/me')
const promote = ({ user: { id } }: Person, role: string) =>
  gateway.context.database.user.update({ where: { id }, data: { role } })

async function createRoom(owner: Person, ...others: Person[]): Promise<string> {
  const body = { type: 'group', title: 'Room', memberIds: others.map(({ user }) => user.id) }
  return ((await call(owner, 'POST', '/api/conversations', body)).body as Conversation).id
}

async function openDirect(one: Person, { user }: Person): Promise<string> {
  const body = { type: 'direct', memberIds: [user.id] }
  return ((await call(one, 'POST', '/api/conversations', body)).body as Conversation).id
}

async function rolesIn(reader: Person, room: string): Promise<Record<string, string>> {
  const { body } = await call(reader, 'GET', `/api/conversations/${room}/members`)
  const { data } = body as { data: Array<{ user: { username: string }; role: string }> }
  return Object.fromEntries(data.map(({ user, role }) => [user.username, role]))
}

const erasedRooms = () =>
  gateway.messaging.calls
    .filter(({ method }) => method === 'EraseConversation')
    .map(({ request }) => (request as { conversationId: string }).conversationId)

describe('direct conversations of somebody who is deleted', () => {
  it('keep them, for the other one', async () => {
    const room = await openDirect(ana, ben)
    const socket = await signIn(gateway.url, ben.accessToken)
    await leave(ana)
    const { data } = await socket.next('conversation.updated')
    expect(data).toEqual({ id: room, version: 2 })
    socket.close()
    const { body } = await call(ben, 'GET', `/api/conversations/${room}`)
    const peer = { id: ana.user.id, username: 'deleted', displayName: 'Deleted user', avatarUrl: null }
    expect(body).toMatchObject({ version: 2, peer })
    expect((body as Conversation).members).toHaveLength(2)
  })

  it('go when the other one is deleted too', async () => {
    const zoe = await gateway.register(`zoe${count}`)
    const room = await openDirect(ana, zoe)
    await leave(ana)
    expect(erasedRooms()).not.toContain(room)
    await leave(zoe)
    expect(erasedRooms()).toContain(room)
    expect(await gateway.context.database.conversation.count({ where: { id: room } })).toBe(0)
  })
})

describe('their group conversations', () => {
  it('go on without them, and the members are told', async () => {
    const room = await createRoom(ben, ana, cid)
    const socket = await signIn(gateway.url, cid.accessToken)
    await leave(ana)
    const { data, conversationId } = await socket.next('member.removed')
    expect([data, conversationId]).toEqual([{ userId: ana.user.id, version: 2 }, room])
    socket.close()
    expect(await rolesIn(ben, room)).toEqual({ ben: 'owner', cid: 'member' })
  })

  it('get the longest-standing member of the highest role as the owner', async () => {
    const room = await createRoom(ana, ben)
    await call(ana, 'POST', `/api/conversations/${room}/members`, { userId: cid.user.id })
    const socket = await signIn(gateway.url, cid.accessToken)
    const other = await createRoom(ana, ben, cid)
    await call(ana, 'PUT', `/api/conversations/${other}/members/${cid.user.id}`, { role: 'moderator' })
    const told = socket.framesOf('member.updated').length
    await leave(ana)
    expect(await rolesIn(cid, room)).toEqual({ ben: 'owner', cid: 'member' })
    expect(await rolesIn(ben, other)).toEqual({ ben: 'member', cid: 'owner' })
    await waitFor(() => socket.framesOf('member.updated').length >= told + 2, { what: 'both new owners' })
    const heirs = socket.framesOf('member.updated').slice(-2)
    expect(heirs.map(({ conversationId, data }) => [conversationId, data.userId]).sort()).toEqual(
      [
        [room, ben.user.id],
        [other, cid.user.id],
      ].sort(),
    )
    socket.close()
  })

  it('keep the owners that they have', async () => {
    const room = await createRoom(ana, ben, cid)
    await call(ana, 'PUT', `/api/conversations/${room}/members/${cid.user.id}`, { role: 'owner' })
    await leave(ana)
    expect(await rolesIn(cid, room)).toEqual({ ben: 'member', cid: 'owner' })
  })

  it('are not handed to guests, and to somebody deactivated only when there is nobody else', async () => {
    const [guest, idle] = [await gateway.register(`guest${count}`), await gateway.register(`idle${count}`)]
    const [first, second] = [await createRoom(ana, guest, idle, ben), await createRoom(ana, guest, idle)]
    const third = await createRoom(ana, guest)
    await promote(guest, 'GUEST')
    const { database } = gateway.context
    await database.user.update({ where: { id: idle.user.id }, data: { deactivatedAt: new Date() } })
    const socket = await signIn(gateway.url, guest.accessToken)
    await leave(ana)
    const ownerOf = async (conversationId: string) =>
      (await database.conversationMember.findFirst({ where: { conversationId, role: 'owner' } }))?.userId
    expect(await ownerOf(first)).toBe(ben.user.id)
    expect([await ownerOf(second), await ownerOf(third)]).toEqual([idle.user.id, undefined])
    // Nobody is left who could own the third: it is gone, and so is the guest.
    expect(erasedRooms()).toContain(third)
    expect(await database.conversation.count({ where: { id: third } })).toBe(0)
    expect((await socket.waitForClose()).code).toBe(4003)
  })

  it('are deleted with their messages when nobody is left', async () => {
    const room = await createRoom(ana)
    await leave(ana)
    expect(erasedRooms()).toContain(room)
    expect(await gateway.context.database.conversation.count({ where: { id: room } })).toBe(0)
  })
})

it('groups get another owner, and go with their last member', async () => {
  const { database } = gateway.context
  const createGroup = async (members: Array<{ userId: string; role: string }>) => {
    const data = { id: newId(), name: 'Group', nameKey: 'group', maxMembers: 9, createdById: ana.user.id }
    await database.group.create({ data: { ...data, members: { createMany: { data: members } } } })
    return data.id
  }
  const mine = { userId: ana.user.id, role: 'owner' }
  const shared = await createGroup([
    mine,
    { userId: ben.user.id, role: 'member' },
    { userId: cid.user.id, role: 'admin' },
  ])
  const alone = await createGroup([mine])
  await leave(ana)
  const members = await database.groupMember.findMany({ where: { groupId: { in: [shared, alone] } } })
  expect(Object.fromEntries(members.map(({ userId, role }) => [userId, role]))).toEqual({
    [ben.user.id]: 'member',
    [cid.user.id]: 'owner',
  })
  expect(await database.group.count({ where: { id: alone } })).toBe(0)
})

it('however many groups it are, each gets an owner or goes', async () => {
  const { group, groupMember } = gateway.context.database
  const ids = Array.from({ length: 250 }, () => newId())
  const fields = { name: 'Many', nameKey: 'many', maxMembers: 9, createdById: ana.user.id }
  await group.createMany({ data: ids.map((id) => ({ ...fields, id })) })
  await groupMember.createMany({ data: ids.map((groupId) => ({ groupId, userId: ana.user.id, role: 'owner' })) })
  const shared = ids.filter((_, index) => index % 2 === 0)
  for (const { user } of [ben, cid]) {
    await groupMember.createMany({
      data: shared.map((groupId) => ({ groupId, userId: user.id, joinedAt: new Date(0) })),
    })
  }
  await leave(ana)
  const owners = await groupMember.findMany({ where: { groupId: { in: ids }, role: 'owner' } })
  expect(owners.map(({ groupId }) => groupId).sort()).toEqual(shared.sort())
  expect(await group.count({ where: { id: { in: ids } } })).toBe(shared.length)
})
