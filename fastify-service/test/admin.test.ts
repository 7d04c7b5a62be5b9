import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Account } from '../src/store/accounts/accounts.js'
import { changeAccountStatus } from '../src/store/accounts/change-account.js'
import type { Conversation } from '../src/store/conversations/conversations.js'
import { signIn } from './socket.js'
import { type Person, password, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

interface Page {
  data: Account[]
  page: { nextCursor: string | null; hasMore: boolean }
}

let gateway: TestGateway
let admin: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  admin = await register('admin', 'ADMIN')
})
afterAll(() => gateway.close())

let count = 0
/** Whom it is about. */
let ana: Person
beforeEach(async () => {
  count += 1
  ana = await gateway.register(`ana${count}`)
})

async function register(username: string, role: string): Promise<Person> {
  const person = await gateway.register(username)
  await gateway.context.database.user.update({ where: { id: person.user.id }, data: { role } })
  return person
}

const call = <Body = unknown>({ accessToken: token }: Person, method: string, path: string, body?: object) =>
  gateway.call<Body>(method, path, { token, ...(body && { body }) })
const setRole = (by: Person, { user }: Person, role: string) =>
  call<Account>(by, 'PUT', `/api/admin/users/${user.id}/role`, { role })
const setStatus = (by: Person, { user }: Person, status: string) =>
  call<Account>(by, 'PUT', `/api/admin/users/${user.id}/status`, { status })
const verify = async (person: Person) => (await call(person, 'GET', '/api/auth/verify')).status
const actions = () => gateway.lines.map((line) => JSON.parse(line)).filter(({ message }) => /^An admin/.test(message))

describe('who may', () => {
  const routes = [
    ['GET', '/api/admin/users', undefined],
    ['PUT', '/api/admin/users/:id/role', { role: 'USER' }],
    ['PUT', '/api/admin/users/:id/status', { status: 'active' }],
    ['GET', '/api/admin/stats', undefined],
  ] as const

  it.each(routes)('%s %s', async (method, route, body) => {
    const path = route.replace(':id', ana.user.id)
    for (const role of ['GUEST', 'USER', 'MODERATOR']) {
      const person = await register(`${role}${count}`, role)
      expect(await call(person, method, path, body), role).toMatchObject({ status: 403, body: { code: 'forbidden' } })
      // Nor do they learn who exists.
      const nobody = { token: person.accessToken, ...(body && { body }) }
      const [real, none] = [
        await gateway.fail(method, path, nobody),
        await gateway.fail(method, route.replace(':id', newId()), nobody),
      ]
      expect(withoutRequestId(none)).toBe(withoutRequestId(real))
    }
    expect((await gateway.fail(method, path, body && { body })).status).toBe(401)
    expect((await call(admin, method, path, body)).status).toBe(200)
  })

  it('may not see the rooms and messages of others', async () => {
    const body = { type: 'group', title: 'Room', memberIds: [] }
    const { id } = (await call<Conversation>(ana, 'POST', '/api/conversations', body)).body
    await call(ana, 'POST', `/api/conversations/${id}/messages`, { content: 'Between us' })
    gateway.people.roleOf = (_, userId) => (userId === ana.user.id ? 'owner' : null)
    const messageId = gateway.messaging.messages.at(-1)?.id
    const paths = [
      ['GET', `/api/conversations/${id}`],
      ['GET', `/api/conversations/${id}/members`],
      ['GET', `/api/conversations/${id}/messages`],
      ['DELETE', `/api/conversations/${id}`],
      ['GET', `/api/messages/${messageId}`],
      ['DELETE', `/api/messages/${messageId}`],
    ] as const
    for (const [method, path] of paths) {
      expect(await call(admin, method, path), path).toMatchObject({ status: 404 })
    }
    expect((await call(ana, 'GET', `/api/messages/${messageId}`)).status).toBe(200)
    delete gateway.people.roleOf
  })
})

describe('accounts', () => {
  const list = async (query: string) => (await call<Page>(admin, 'GET', `/api/admin/users?${query}`)).body

  it('are found by the beginning of a username, a name or an e-mail address', async () => {
    const zoe = await gateway.register('zoe', { displayName: 'Ömer Zoe', email: 'mail.of.zoe@example.org' })
    for (const search of ['ZO', 'ömer', 'mail.of']) {
      const { data } = await list(`search=${encodeURIComponent(search)}`)
      const { understoodLanguages: _, ...known } = zoe.user
      expect(data).toEqual([{ ...known, deactivatedAt: null, erasedAt: null, lastUsedAt: expect.any(String) }])
    }
    expect((await list('search=example.org')).data).toEqual([])
  })

  it('are listed by role and by status, a page at a time', async () => {
    const people = []
    for (const index of [1, 2, 3]) people.push(await register(`mod_${count}_${index}`, 'MODERATOR'))
    const [first, second, third] = people as [Person, Person, Person]
    const idsOf = ({ data }: Page) => data.map(({ id }) => id)
    const some = await list('role=MODERATOR&search=mod_&limit=2')
    expect(idsOf(some)).toEqual([first.user.id, second.user.id])
    const rest = await list(`role=MODERATOR&search=mod_&limit=2&cursor=${some.page.nextCursor}`)
    expect([idsOf(rest), rest.page]).toEqual([[third.user.id], { nextCursor: null, hasMore: false }])

    await setStatus(admin, second, 'deactivated')
    await call(third, 'DELETE', '/api/users/me')
    expect(idsOf(await list('role=MODERATOR&status=active&search=mod_'))).toEqual([first.user.id])
    expect(idsOf(await list('status=deactivated&search=mod_'))).toEqual([second.user.id])
    const erased = await list('status=erased')
    expect(erased.data).toContainEqual(expect.objectContaining({ id: third.user.id, username: 'deleted', email: null }))
    expect(idsOf(erased)).not.toContain(second.user.id)
  })

  it.each(['role=KING', 'status=gone', 'search=', 'cursor=x', 'limit=0', 'who=ana'])(
    'are not listed by %s',
    async (query) => {
      expect(await call(admin, 'GET', `/api/admin/users?${query}`)).toMatchObject({ status: 400 })
    },
  )
})

describe('a role', () => {
  it('is given and taken, and holds from the next request on', async () => {
    expect(await setRole(admin, ana, 'ADMIN')).toMatchObject({ status: 200, body: { role: 'ADMIN' } })
    expect((await call(ana, 'GET', '/api/admin/stats')).status).toBe(200)
    expect(await setRole(admin, ana, 'MODERATOR')).toMatchObject({ status: 200, body: { role: 'MODERATOR' } })
    expect((await call(ana, 'GET', '/api/admin/stats')).status).toBe(403)
    expect(await verify(ana)).toBe(200)
    const message = 'An administrator gave a role'
    expect(actions().filter(({ userId }) => userId === ana.user.id)).toMatchObject([
      { message, adminId: admin.user.id, role: 'ADMIN' },
      { message, adminId: admin.user.id, role: 'MODERATOR' },
    ])
  })

  it('is none of a guest, of somebody deleted or of nobody', async () => {
    const guest = await register(`guest${count}`, 'GUEST')
    expect(await setRole(admin, guest, 'USER')).toMatchObject({ status: 403 })
    await call(ana, 'DELETE', '/api/users/me')
    expect(await setRole(admin, ana, 'ADMIN')).toMatchObject({ status: 403 })
    expect(await setRole(admin, { ...ana, user: { ...ana.user, id: newId() } }, 'USER')).toMatchObject({ status: 404 })
    for (const role of ['GUEST', 'admin', '', null]) {
      expect(await setRole(admin, ana, role as string)).toMatchObject({ status: 400 })
    }
  })

  it('of an administrator is kept by the last active one', async () => {
    expect(await setRole(admin, admin, 'USER')).toMatchObject({ status: 409, body: { code: 'last_admin' } })
    await setRole(admin, ana, 'ADMIN')
    await setStatus(admin, ana, 'deactivated')
    expect(await setRole(admin, admin, 'USER')).toMatchObject({ status: 409, body: { code: 'last_admin' } })
    await setRole(admin, ana, 'USER')
    expect((await call(admin, 'GET', '/api/admin/stats')).status).toBe(200)
  })

  it('of two administrators who take it from each other at the same time stays with one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, other] = [admin, ana]
      await setRole(one, other, 'ADMIN')
      const answers = await Promise.all([setRole(one, other, 'USER'), setRole(other, one, 'USER')])
      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => status === 200)).toHaveLength(1)
      expect(statuses.filter((status) => status === 403 || status === 409)).toHaveLength(1)
      const { user } = gateway.context.database
      expect(await user.count({ where: { role: 'ADMIN', deactivatedAt: null } })).toBe(1)
      // Whoever won is the administrator of the next round.
      if (statuses[1] === 200) [admin, ana] = [other, one]
    }
  })
})

describe('a status', () => {
  it('deactivated ends every session at once, and active lets sign in again', async () => {
    const socket = await signIn(gateway.url, ana.accessToken)
    // The sockets' own look at their sessions would close them too, later.
    const disconnect = vi.spyOn(gateway.context.hub, 'disconnectSession')
    const start = performance.now()
    const answer = await setStatus(admin, ana, 'deactivated')
    expect(answer).toMatchObject({ status: 200, body: { id: ana.user.id, deactivatedAt: expect.any(String) } })
    expect((await socket.waitForClose()).code).toBe(4003)
    expect(performance.now() - start).toBeLessThan(1000)
    expect(disconnect).toHaveBeenCalledOnce()
    expect(await verify(ana)).toBe(401)
    const body = { login: ana.user.username, password }
    expect((await gateway.call('POST', '/api/auth/login', { body })).status).toBe(401)
    // A second time keeps the day of the first.
    expect((await setStatus(admin, ana, 'deactivated')).body.deactivatedAt).toBe(answer.body.deactivatedAt)

    expect(await setStatus(admin, ana, 'active')).toMatchObject({ status: 200, body: { deactivatedAt: null } })
    expect(await verify(ana)).toBe(401)
    const back = await gateway.call<Person>('POST', '/api/auth/login', { body })
    expect([back.status, await verify(back.body)]).toEqual([200, 200])
    const message = 'An administrator set a status'
    expect(actions().filter(({ userId }) => userId === ana.user.id)).toMatchObject([
      { message, adminId: admin.user.id, status: 'deactivated' },
      { message, status: 'deactivated' },
      { message, status: 'active' },
    ])
  })

  it('leaves what is theirs', async () => {
    const ben = await gateway.register(`ben${count}`)
    const body = { type: 'group', title: 'Room', memberIds: [ben.user.id] }
    const { id } = (await call<Conversation>(ana, 'POST', '/api/conversations', body)).body
    await setStatus(admin, ana, 'deactivated')
    const { members } = (await call<Conversation>(ben, 'GET', `/api/conversations/${id}`)).body
    expect(members.map(({ user, role }) => [user.username, role])).toContainEqual([ana.user.username, 'owner'])
    expect((await call<Page>(ben, 'GET', `/api/users?search=${ana.user.username}`)).body.data).toEqual([])
    expect((await call(ben, 'POST', `/api/users/${ana.user.id}/block`)).status).toBe(404)
  })

  it('is not one’s own to end, nor to be given to somebody deleted or to nobody', async () => {
    expect(await setStatus(admin, admin, 'deactivated')).toMatchObject({ status: 403 })
    expect(await verify(admin)).toBe(200)
    await call(ana, 'DELETE', '/api/users/me')
    for (const status of ['active', 'deactivated']) {
      expect(await setStatus(admin, ana, status)).toMatchObject({ status: 403 })
    }
    expect(await setStatus(admin, ana, 'erased')).toMatchObject({ status: 400 })
    const nobody = { ...ana, user: { ...ana.user, id: newId() } }
    expect(await setStatus(admin, nobody, 'active')).toMatchObject({ status: 404 })
    const row = await gateway.context.database.user.findUniqueOrThrow({ where: { id: ana.user.id } })
    expect(row.deactivatedAt).not.toBeNull()
  })

  it('of two administrators who deactivate each other at the same time stays with one', async () => {
    await setRole(admin, ana, 'ADMIN')
    const { database } = gateway.context
    const deactivate = (by: Person, { user }: Person) =>
      changeAccountStatus(database, by.user.id, user.id, 'deactivated')
    // Behind the door, where both are administrators still.
    const results = await Promise.allSettled([deactivate(admin, ana), deactivate(ana, admin)])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'forbidden' } })
    const where = { role: 'ADMIN', deactivatedAt: null }
    expect(await gateway.context.database.user.count({ where })).toBe(1)
  })

  it('actions are logged without anything personal', () => {
    expect(actions().length).toBeGreaterThan(10)
    for (const { level: _, message: __, ...fields } of actions()) {
      expect(JSON.stringify(fields)).not.toMatch(/ana\d|example\.org/)
    }
  })
})
