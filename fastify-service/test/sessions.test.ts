import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signIn } from './socket.js'
import { type Person, password, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

interface Device {
  id: string
  userAgent: string | null
  current: boolean
  createdAt: string
  lastUsedAt: string
}

interface Devices {
  data: Device[]
  page: { nextCursor: string | null; hasMore: boolean }
}

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

async function login(username: string, userAgent = 'a test'): Promise<Person> {
  const headers = { 'user-agent': userAgent }
  return (await gateway.call<Person>('POST', '/api/auth/login', { body: { login: username, password }, headers })).body
}

async function devicesOf(token: string, query = ''): Promise<Devices> {
  return (await gateway.call<Devices>('GET', `/api/auth/sessions${query}`, { token })).body
}

it('are listed with what the device says it is, the newest first', async () => {
  const { accessToken: first } = await gateway.register('ana')
  await gateway.register('somebody')
  const { accessToken: second } = await login('ana', `Browser\tof\tAna ${'x'.repeat(300)}`)
  const { data, page } = await devicesOf(second)
  expect(page).toEqual({ nextCursor: null, hasMore: false })
  expect(data.map(({ current }) => current)).toEqual([true, false])
  expect(data[0]?.userAgent).toHaveLength(256)
  expect(data[0]?.userAgent).toMatch(/^Browser of Ana x+$/)
  expect(Date.parse(data[0]?.lastUsedAt ?? '')).toBeLessThanOrEqual(Date.now())
  expect(Object.keys(data[0] ?? {}).sort()).toEqual(['createdAt', 'current', 'id', 'lastUsedAt', 'userAgent'])
  expect((await devicesOf(first)).data.map(({ current }) => current)).toEqual([false, true])
})

it('come in pages', async () => {
  const { accessToken } = await gateway.register('pages')
  for (let index = 0; index < 2; index += 1) await login('pages')
  const all = (await devicesOf(accessToken)).data.map(({ id }) => id)
  const first = await devicesOf(accessToken, '?limit=2')
  const second = await devicesOf(accessToken, `?limit=2&cursor=${first.page.nextCursor}`)
  expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(all)
  expect([first.page.hasMore, second.page.hasMore]).toEqual([true, false])
})

it('end one by one, with their sockets', async () => {
  const { accessToken } = await gateway.register('ben')
  const other = await login('ben')
  const socket = await signIn(gateway.url, other.accessToken)
  const [newest] = (await devicesOf(accessToken)).data
  const path = `/api/auth/sessions/${newest?.id}`
  expect((await gateway.call('DELETE', path, { token: accessToken })).status).toBe(204)
  await waitFor(() => socket.closed !== null, { what: 'the socket to close' })
  expect(socket.closed?.code).toBe(4003)
  expect((await gateway.fail('GET', '/api/auth/verify', { token: other.accessToken })).body.code).toBe('token_revoked')
  expect((await devicesOf(accessToken)).data).toHaveLength(1)
  expect((await gateway.fail('DELETE', path, { token: accessToken })).status).toBe(404)
  // My own is like signing out.
  const [mine] = (await devicesOf(accessToken)).data
  expect((await gateway.call('DELETE', `/api/auth/sessions/${mine?.id}`, { token: accessToken })).status).toBe(204)
  expect((await gateway.fail('GET', '/api/auth/verify', { token: accessToken })).body.code).toBe('token_revoked')
})

it("of others are not there, in the words of one that isn't", async () => {
  const { accessToken } = await gateway.register('carla')
  const victim = await gateway.register('victim')
  const [theirs] = (await devicesOf(victim.accessToken)).data
  const answers = await Promise.all(
    [theirs?.id, 'nothing', '%2e%2e', 'x'.repeat(65)].map((id) =>
      gateway.fail('DELETE', `/api/auth/sessions/${id}`, { token: accessToken }),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(4).fill(404))
  expect(new Set(answers.map(withoutRequestId)).size).toBe(1)
  expect((await devicesOf(victim.accessToken)).data).toHaveLength(1)
})

it('are 50 at most: the one that was away longest ends, also when many sign in at once', async () => {
  const { user, accessToken } = await gateway.register('many')
  const { session } = gateway.context.database
  const lastUsedAt = new Date(Date.now() - 60_000)
  const expiresAt = new Date(Date.now() + 60_000)
  const old = (index: number) => ({ id: `old-${index}`, userId: user.id, expiresAt, lastUsedAt })
  await session.createMany({ data: Array.from({ length: 48 }, (_, index) => old(index)) })
  const socket = await signIn(gateway.url, accessToken)
  await session.updateMany({
    where: { userId: user.id, id: { not: { startsWith: 'old' } } },
    data: { lastUsedAt: new Date(0) },
  })
  await Promise.all(Array.from({ length: 5 }, () => login('many')))
  expect((await socket.waitForClose()).code).toBe(4003)
  expect(await session.count({ where: { userId: user.id, revokedAt: null } })).toBe(50)
  const fresh = await login('many')
  expect((await devicesOf(fresh.accessToken)).data).toHaveLength(50)
})

it('that are over go with the next sign-in', async () => {
  const { user } = await gateway.register('sweeper')
  const { session } = gateway.context.database
  const past = new Date(Date.now() - 25 * 3_600_000)
  const soon = new Date(Date.now() + 60_000)
  await session.createMany({
    data: [
      { id: 'expired', userId: user.id, expiresAt: past },
      { id: 'ended', userId: user.id, expiresAt: soon, revokedAt: past },
      { id: 'just-ended', userId: user.id, expiresAt: soon, revokedAt: new Date() },
    ],
  })
  await login('sweeper')
  const left = await session.findMany({ where: { userId: user.id }, select: { id: true } })
  expect(left.map(({ id }) => id)).toContain('just-ended')
  expect(left).toHaveLength(3)
})
