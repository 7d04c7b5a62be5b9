import { afterAll, beforeAll, expect, it } from 'vitest'
import { signIn } from './socket.js'
import { type Person, password, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

interface Made {
  token: string
  expiresAt: string
}

const newPassword = 'another long one'

let gateway: TestGateway
let admin: Person
beforeAll(async () => {
  gateway = await startTestGateway({ FAILED_SIGN_INS_PER_ACCOUNT: '3' })
  admin = await gateway.register('admin')
  await gateway.context.database.user.update({ where: { id: admin.user.id }, data: { role: 'ADMIN' } })
})
afterAll(() => gateway.close())

const make = (userId: string, token = admin.accessToken) =>
  gateway.call<Made>('POST', `/api/admin/users/${userId}/password-reset`, { token })
const reset = (token: string, chosen = newPassword) =>
  gateway.call('POST', '/api/auth/password-reset', { body: { token, newPassword: chosen } })
const login = async (name: string, given: string) =>
  (await gateway.call('POST', '/api/auth/login', { body: { login: name, password: given } })).status
const resets = () => gateway.context.database.passwordReset

it('sets a new password, ends all sessions, closes their sockets, and lets who was locked out in', async () => {
  const { user, accessToken } = await gateway.register('ana')
  const socket = await signIn(gateway.url, accessToken)
  for (let index = 0; index < 4; index += 1) await login('ana@example.org', 'forgotten')
  expect(await login('ana@example.org', password)).toBe(429)
  const made = await make(user.id)
  expect(made.status).toBe(201)
  expect(made.body.token).toMatch(/^[\w-]{43}$/)
  const lives = Date.parse(made.body.expiresAt) - Date.now()
  expect(lives).toBeGreaterThan(3_500_000)
  expect(lives).toBeLessThanOrEqual(3_600_000)
  expect(JSON.stringify(await resets().findMany())).not.toContain(made.body.token)
  expect((await reset(made.body.token)).status).toBe(204)
  expect((await socket.waitForClose()).code).toBe(4003)
  expect((await gateway.fail('GET', '/api/auth/verify', { token: accessToken })).body.code).toBe('token_revoked')
  expect([await login('ana@example.org', password), await login('ana@example.org', newPassword)]).toEqual([401, 200])
  expect(gateway.lines.filter((line) => line.includes(made.body.token) || line.includes(newPassword))).toEqual([])
})

it('works once, also for 20 at once', async () => {
  const { user } = await gateway.register('ben')
  const { token } = (await make(user.id)).body
  const chosen = (index: number) => `${newPassword} ${index}`
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => reset(token, chosen(index))))
  const done = answers.flatMap(({ status }, index) => (status === 204 ? [index] : []))
  expect(done).toHaveLength(1)
  // The others came too late, or found too many hashing.
  for (const { status } of answers) expect([204, 410, 503]).toContain(status)
  expect(await login('ben', chosen(done[0] ?? -1))).toBe(200)
  expect((await reset(token)).status).toBe(410)
})

it('says the same of a token that is used, replaced, too old, or never was one', async () => {
  const { user } = await gateway.register('carla')
  const gone = async (token: string) => {
    const body = { token, newPassword }
    return withoutRequestId(await gateway.fail('POST', '/api/auth/password-reset', { body }))
  }
  const replaced = (await make(user.id)).body.token
  const used = (await make(user.id)).body.token
  const words = [await gone('x'), await gone('x'.repeat(43)), await gone(replaced)]
  expect((await reset(used)).status).toBe(204)
  words.push(await gone(used))
  const late = (await make(user.id)).body.token
  await resets().updateMany({ where: { userId: user.id }, data: { expiresAt: new Date(Date.now() - 1) } })
  words.push(await gone(late))
  const left = (await make(user.id)).body.token
  await gateway.context.database.user.update({ where: { id: user.id }, data: { deactivatedAt: new Date() } })
  words.push(await gone(left))
  expect(new Set(words).size).toBe(1)
  expect(JSON.parse(words[0] ?? '')).toMatchObject({ status: 410, code: 'link_gone' })
})

it('is not used up by a password that is not good enough', async () => {
  const { user } = await gateway.register('doramay-1')
  const { token } = (await make(user.id)).body
  for (const bad of ['short', 'Password123', 'DoraMay-1', 'doramay-1@EXAMPLE.org']) {
    expect([bad, (await reset(token, bad)).status]).toEqual([bad, 400])
  }
  expect((await reset(token)).status).toBe(204)
})

it('ends with a change of the password', async () => {
  const { user, accessToken: token } = await gateway.register('erik')
  const made = (await make(user.id)).body
  const body = { currentPassword: password, newPassword }
  expect((await gateway.call('PUT', '/api/users/me/password', { token, body })).status).toBe(204)
  expect((await reset(made.token)).status).toBe(410)
})

it('is made by administrators only, for people who have a password', async () => {
  const { user, accessToken } = await gateway.register('flo')
  expect((await make(user.id, accessToken)).status).toBe(403)
  expect((await make('nobody')).status).toBe(404)
  const { database } = gateway.context
  const columns = { displayName: 'x', displayNameKey: 'x', preferredLanguage: 'en' }
  const guest = { id: 'guest', username: 'g1', usernameKey: 'g1', role: 'GUEST', ...columns }
  const erased = { id: 'erased', username: 'g2', usernameKey: 'g2', erasedAt: new Date(), ...columns }
  await database.user.createMany({ data: [guest, erased] })
  expect((await make('guest')).status).toBe(403)
  expect((await make('erased')).status).toBe(404)
  await database.user.update({ where: { id: user.id }, data: { deactivatedAt: new Date() } })
  expect((await make(user.id)).status).toBe(403)
  expect(await resets().count({ where: { userId: { in: ['guest', 'erased', user.id] } } })).toBe(0)
})

it.each([
  ['is one no more', { role: 'USER' }],
  ['was deactivated', { deactivatedAt: new Date() }],
])('ends with its administrator who %s', async (what, change) => {
  const other = await gateway.register(`other-${what.length}`)
  const { user } = await gateway.register(`person-${what.length}`)
  const { database, passwords } = gateway.context
  const where = { id: other.user.id }
  await database.user.update({ where, data: { role: 'ADMIN' } })
  const { token } = (await make(user.id, other.accessToken)).body
  // Between the look at the token and its use, too.
  const hash = passwords.hash.bind(passwords)
  passwords.hash = async (chosen) => {
    await database.user.update({ where, data: change })
    return hash(chosen)
  }
  const first = await reset(token)
  passwords.hash = hash
  expect([first.status, (await reset(token)).status]).toEqual([410, 410])
  expect(await login(user.username, password)).toBe(200)
})

it('is not made by an administrator who is one no more since they asked', async () => {
  const other = await gateway.register('demoted')
  const { user } = await gateway.register('hana')
  const { database } = gateway.context
  await database.user.update({ where: { id: other.user.id }, data: { role: 'ADMIN' } })
  const { transaction } = database
  database.transaction = async (work) => {
    database.transaction = transaction
    await database.user.update({ where: { id: other.user.id }, data: { role: 'USER' } })
    return transaction(work)
  }
  expect((await make(user.id, other.accessToken)).status).toBe(403)
  expect(await resets().count({ where: { userId: user.id } })).toBe(0)
})

it('ends also a sign-in that is under way with the old password', async () => {
  const { user } = await gateway.register('gita')
  const { token } = (await make(user.id)).body
  const { passwords } = gateway.context
  const matches = passwords.matches.bind(passwords)
  passwords.matches = async (given, hash) => {
    const right = await matches(given, hash)
    passwords.matches = matches
    expect((await reset(token)).status).toBe(204)
    return right
  }
  expect(await login('gita', password)).toBe(401)
  expect(await gateway.context.database.session.count({ where: { userId: user.id, revokedAt: null } })).toBe(0)
})
