import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { joinGroup, removeGroupMember } from '../src/store/groups/group-members.js'
import type { Group } from '../src/store/groups/groups.js'
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

let group: string
beforeEach(async () => {
  group = await create({})
  await add(owner, moderator)
  await add(owner, member)
  await setRole(owner, moderator, 'moderator')
})

const send = <Body = unknown>({ accessToken: token }: Person, method: string, path: string, body?: object) =>
  gateway.call<Body>(method, path, { token, ...(body && { body }) })
const call = (person: Person, method: string, path: string, body?: object) =>
  send(person, method, `/api/groups/${group}${path}`, body)

const add = (by: Person, { user }: { user: { id: string } }) => call(by, 'POST', '/members', { userId: user.id })
const join = (by: Person) => call(by, 'POST', '/members', {})
const remove = (by: Person, { user }: Person) => call(by, 'DELETE', `/members/${user.id}`)
const setRole = (by: Person, { user }: Person, role: string) => call(by, 'PUT', `/members/${user.id}`, { role })

async function create(fields: object): Promise<string> {
  return (await send<Group>(owner, 'POST', '/api/groups', { name: 'Circle', ...fields })).body.id
}

async function rolesIn(): Promise<Record<string, string>> {
  const { body } = await call(owner, 'GET', '/members')
  const { data } = body as { data: Array<{ user: { username: string }; role: string }> }
  return Object.fromEntries(data.map(({ user, role }) => [user.username, role]))
}

it('takes no guests and nobody who has left, as if there were none', async () => {
  const { user } = gateway.context.database
  const guest = await gateway.register('guest')
  await user.update({ where: { id: guest.user.id }, data: { role: 'GUEST' } })
  const left = await gateway.register('left')
  await user.update({ where: { id: left.user.id }, data: { deactivatedAt: new Date() } })
  const answers = []
  for (const { id: userId } of [guest.user, left.user, { id: newId() }]) {
    const body = { userId }
    answers.push(await gateway.fail('POST', `/api/groups/${group}/members`, { token: moderator.accessToken, body }))
  }
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400])
  expect(new Set(answers.map(withoutRequestId)).size).toBe(1)
  expect(await join(guest)).toMatchObject({ status: 403 })
})

describe('a public group', () => {
  beforeEach(async () => {
    await call(owner, 'PUT', '', { isPublic: true })
  })

  it('is seen and joined by anybody; what is for members is not', async () => {
    expect(await call(stranger, 'GET', '')).toMatchObject({ status: 200, body: { role: null, memberCount: 3 } })
    expect(await call(stranger, 'GET', '/conversations')).toMatchObject({ status: 200 })
    expect(await call(stranger, 'GET', '/members')).toMatchObject({ status: 403 })
    expect(await call(stranger, 'PUT', '', { name: 'Mine' })).toMatchObject({ status: 403 })
    expect(await call(stranger, 'DELETE', '')).toMatchObject({ status: 403 })
    expect(await add(stranger, { user: { id: newId() } })).toMatchObject({ status: 403 })
    expect(await remove(stranger, stranger)).toMatchObject({ status: 403 })
    expect(await join(stranger)).toMatchObject({ status: 204 })
    expect(await add(stranger, stranger)).toMatchObject({ status: 204 })
    expect(await call(stranger, 'GET', '')).toMatchObject({ body: { role: 'member', memberCount: 4 } })
    expect(await remove(stranger, stranger)).toMatchObject({ status: 204 })
  })

  it('lets in exactly as many as there are places for', async () => {
    group = await create({ isPublic: true, maxMembers: 11 })
    const people: Person[] = []
    for (let index = 0; index < 50; index += 1) people.push(await gateway.register(`crowd${index}`))
    const answers = await Promise.all(people.map(join))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(10)
    for (const { status, body } of answers)
      if (status !== 204) expect(body).toMatchObject({ status: 409, code: 'group_full' })
    expect(Object.keys(await rolesIn())).toHaveLength(11)
    // Who is in already is not one too many, and a place that is left is given again.
    const inside = people.filter((_, index) => answers[index]?.status === 204)
    for (const person of inside.slice(0, 1)) {
      expect(await join(person)).toMatchObject({ status: 204 })
      await remove(person, person)
    }
    expect(await join(stranger)).toMatchObject({ status: 204 })
  })
})

it('has exactly as many places when the queries of all who come mingle, and one owner when all of them go', async () => {
  const { database } = gateway.context
  const people: Person[] = []
  for (let index = 0; index < 20; index += 1) people.push(await gateway.register(`many${index}`))
  group = await create({ isPublic: true, maxMembers: 11 })
  const joined = await Promise.allSettled(people.map(({ user }) => joinGroup(database, group, user.id)))
  expect(joined.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)

  const { updateMany, findMany } = database.groupMember
  await updateMany({ where: { groupId: group }, data: { role: 'owner' } })
  const owners = await findMany({ where: { groupId: group } })
  await Promise.allSettled(owners.map(({ userId }) => removeGroupMember(database, group, userId, userId)))
  expect(await findMany({ where: { groupId: group } })).toHaveLength(1)
})
