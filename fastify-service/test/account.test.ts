import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import type { GatewayTables } from '../src/store/database.js'
import { signIn } from './socket.js'
import { type CallOptions, type Person, password, startTestGateway, type TestGateway } from './support.js'

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

const call = ({ accessToken: token }: Person, method: string, path: string, body?: unknown) =>
  gateway.call(method, path, { token, ...(body === undefined ? {} : { body }) })
const leave = (person: Person, options: CallOptions = {}) =>
  gateway.call('DELETE', '/api/users/me', { token: person.accessToken, ...options })
const promote = ({ user: { id } }: Person, role: string) =>
  gateway.context.database.user.update({ where: { id }, data: { role } })

async function openDirect(one: Person, { user }: Person): Promise<string> {
  const body = { type: 'direct', memberIds: [user.id] }
  return ((await call(one, 'POST', '/api/conversations', body)).body as Conversation).id
}

/** Every row of every table that the gateway may see. */
async function everything(): Promise<string> {
  const { transaction: _, ping: __, ...tables } = gateway.context.database
  const rows = Object.values(tables as GatewayTables).map((table) => (table.findMany as () => Promise<unknown>)())
  return JSON.stringify(await Promise.all(rows)).toLowerCase()
}

describe('deleting my account', () => {
  it('ends what I was signed in with, at once', async () => {
    const body = { login: ana.user.username, password }
    const phone = (await gateway.call<Person>('POST', '/api/auth/login', { body })).body
    const sockets = [await signIn(gateway.url, ana.accessToken), await signIn(gateway.url, phone.accessToken)]
    // The sockets' own look at their sessions would close them too, later.
    const disconnect = vi.spyOn(gateway.context.hub, 'disconnectUser')
    const start = performance.now()
    expect(await leave(ana)).toMatchObject({ status: 204, text: '' })
    for (const socket of sockets) expect((await socket.waitForClose()).code).toBe(4003)
    expect(performance.now() - start).toBeLessThan(1000)
    expect(disconnect).toHaveBeenCalledWith(ana.user.id)
    for (const { accessToken } of [ana, phone]) {
      const answer = await gateway.fail('GET', '/api/users/me', { token: accessToken })
      expect(answer.body.code).toBe('token_revoked')
    }
    expect((await gateway.call('POST', '/api/auth/login', { body })).status).toBe(401)
    const me = { token: ana.accessToken, body: { displayName: 'Back again' } }
    expect((await gateway.call('PUT', '/api/users/me', me)).status).toBe(401)
  })

  it('leaves nothing personal in any table, and frees the names', async () => {
    const { database } = gateway.context
    const { id, username, email } = ana.user
    await call(ana, 'PUT', '/api/users/me', {
      avatarUrl: 'https://example.org/anastasia.png',
      preferredLanguage: 'it',
      understoodLanguages: ['fr'],
    })
    const room = await openDirect(ana, ben)
    await call(ana, 'PUT', `/api/conversations/${room}/settings`, { languageOverride: 'pt' })
    await call(ana, 'POST', `/api/users/${cid.user.id}/block`)
    await call(cid, 'POST', `/api/users/${id}/block`)
    await database.friendRequest.create({ data: { id: newId(), senderId: id, receiverId: ben.user.id } })
    await database.friendRequest.create({ data: { id: newId(), senderId: ben.user.id, receiverId: id } })
    await database.notification.create({ data: { id: newId(), userId: id, type: 'mention', actorId: ben.user.id } })
    await database.notification.create({ data: { id: newId(), userId: ben.user.id, type: 'mention', actorId: id } })
    const reset = { tokenHash: `anastasia${id}`, userId: id, createdById: id, expiresAt: new Date(Date.now() + 60_000) }
    await database.passwordReset.create({ data: reset })
    await database.session.updateMany({ where: { userId: id }, data: { userAgent: 'the phone of Anastasia' } })
    const { passwordHash } = await database.user.findUniqueOrThrow({ where: { id }, select: { passwordHash: true } })
    for (const word of [username, email, passwordHash, 'anastasia.png']) {
      expect(await everything()).toContain(String(word).toLowerCase())
    }

    expect((await leave(ana)).status).toBe(204)
    const left = await everything()
    for (const word of ['anastasia', String(email), String(passwordHash).toLowerCase()])
      expect(left).not.toContain(word)
    const row = await database.user.findUniqueOrThrow({ where: { id } })
    expect(row).toMatchObject({
      username: 'deleted',
      displayName: 'Deleted user',
      email: null,
      preferredLanguage: 'en',
    })
    expect([row.understoodLanguages, row.avatarUrl, row.displayNameKey]).toEqual(['', null, ''])
    expect(row.deactivatedAt).not.toBeNull()
    expect(row.erasedAt).not.toBeNull()
    // Only their own row and their place in the direct conversation still name them.
    for (const table of ['block', 'friendRequest', 'notification', 'session', 'passwordReset'] as const) {
      const rows = await (database[table].findMany as () => Promise<unknown[]>)()
      expect(JSON.stringify(rows)).not.toContain(id)
    }
    const settings = { languageOverride: null, autoTranslate: false }
    expect(await database.conversationMember.findMany({ where: { userId: id } })).toMatchObject([settings])

    const again = await gateway.register(username)
    expect(again.user.id).not.toBe(id)
    expect(again.user.email).toBe(email)
    await leave(again)
  })

  it('takes an empty body, and no other than the one question', async () => {
    expect(await leave(ana, { body: { eraseMessages: 'yes' } })).toMatchObject({ status: 400 })
    expect(await leave(ana, { body: { eraseMessages: false, now: true } })).toMatchObject({ status: 400 })
    expect(await leave(ana, { body: [] })).toMatchObject({ status: 400 })
    const headers = { 'content-type': 'application/json' }
    expect(await leave(ana, { headers })).toMatchObject({ status: 204 })
  })

  it('is done once, of two at the same time', async () => {
    const answers = await Promise.all([leave(ana), leave(ana), leave(ana)])
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    expect(statuses.filter((status) => status === 401 || status === 404)).toHaveLength(2)
  })
})

describe('who is deleted', () => {
  it('has a profile that says so, and is found no more', async () => {
    await leave(ana)
    const { id } = ana.user
    const path = `/api/users/${id}`
    expect((await call(ben, 'GET', path)).body).toEqual({
      id,
      username: 'deleted',
      displayName: 'Deleted user',
      avatarUrl: null,
      preferredLanguage: 'en',
    })
    for (const text of ['anastasia', 'deleted', 'deleting']) {
      const { body } = await call(ben, 'GET', `/api/users?search=${text}`)
      expect(JSON.stringify(body)).not.toContain(id)
    }
    expect(await call(ben, 'POST', `${path}/block`)).toMatchObject({ status: 404 })
    expect(await call(ben, 'POST', '/api/conversations', { type: 'direct', memberIds: [id] })).toMatchObject({
      status: 400,
    })
  })
})

describe('deleting the account of somebody else', () => {
  it('is for administrators', async () => {
    const path = `/api/users/${ana.user.id}`
    expect(await call(ben, 'DELETE', path)).toMatchObject({ status: 403 })
    expect(await call(ben, 'DELETE', `/api/users/${newId()}`)).toMatchObject({ status: 404 })
    const admin = await gateway.register(`admin${count}`)
    await promote(admin, 'ADMIN')
    expect(await call(admin, 'DELETE', `/api/users/${newId()}`)).toMatchObject({ status: 404 })
    expect(await call(admin, 'DELETE', path)).toMatchObject({ status: 204 })
    expect(await call(admin, 'DELETE', path)).toMatchObject({ status: 404 })
    expect(await call(ana, 'GET', '/api/users/me')).toMatchObject({ status: 401 })
    const lines = gateway.lines.filter((line) => line.includes('An administrator deleted an account'))
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ adminId: admin.user.id, userId: ana.user.id }])
    await promote(admin, 'USER')
  })

  it('by my own id is deleting mine', async () => {
    expect(await call(ana, 'DELETE', `/api/users/${ana.user.id}`)).toMatchObject({ status: 204 })
    expect(await call(ana, 'GET', '/api/users/me')).toMatchObject({ status: 401 })
  })

  it('and one’s own keeps the last administrator', async () => {
    const other = await gateway.register(`other${count}`)
    await promote(ana, 'ADMIN')
    expect(await leave(ana)).toMatchObject({ status: 409, body: { code: 'last_admin' } })
    expect((await call(ana, 'GET', '/api/users/me')).body).toMatchObject({ username: ana.user.username, role: 'ADMIN' })
    await promote(other, 'ADMIN')
    // Both delete the other one, or themselves, at the same time: one stays.
    const answers = await Promise.all([call(ana, 'DELETE', `/api/users/${other.user.id}`), leave(other), leave(ana)])
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    const where = { role: 'ADMIN', deactivatedAt: null }
    expect(await gateway.context.database.user.count({ where })).toBe(1)
    await gateway.context.database.user.updateMany({ where, data: { role: 'USER' } })
  })
})
