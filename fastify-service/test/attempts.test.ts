import { afterAll, beforeAll, expect, it } from 'vitest'
import { startGateway } from '../src/gateway.js'
import { type Answer, type Person, password, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

const proxied = { TRUST_PROXY: '127.0.0.1' }

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway({ ...proxied, FAILED_SIGN_INS_PER_ACCOUNT: '3', FAILED_SIGN_INS_PER_ADDRESS: '8' })
})
afterAll(() => gateway.close())

let addresses = 0
/** An address that has not tried anything yet. */
const freshAddress = () => {
  addresses += 1
  return `203.0.113.${addresses}`
}

function login(name: string, given: string, address = freshAddress()) {
  const headers = { 'x-forwarded-for': address }
  return gateway.call<Person>('POST', '/api/auth/login', { body: { login: name, password: given }, headers })
}

async function statuses(count: number, attempt: (index: number) => Promise<Answer>): Promise<number[]> {
  const seen: number[] = []
  for (let index = 0; index < count; index += 1) seen.push((await attempt(index)).status)
  return seen
}

/** As if the window had begun so much earlier that it is over. */
const windowsEnd = () =>
  gateway.context.database.attemptCount.updateMany({ data: { expire: new Date(Date.now() - 1) } })

it('an account waits after too many wrong passwords, for the right one too, wherever they come from', async () => {
  await gateway.register('ana')
  expect(await statuses(4, () => login('ana', 'wrong'))).toEqual([401, 401, 401, 429])
  const refused = await login('ANA', password)
  expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
  const seconds = Number(refused.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(800)
  expect(seconds).toBeLessThanOrEqual(900)
  expect((await login('somebody', 'wrong')).status).toBe(401)
  await windowsEnd()
  expect((await login('ana', password)).status).toBe(200)
})

it('an account that nobody has waits in the same words', async () => {
  await gateway.register('known')
  const answers: string[][] = []
  for (const name of ['known', 'unknown']) {
    await statuses(3, () => login(name, 'wrong'))
    const headers = { 'x-forwarded-for': freshAddress() }
    const locked = await gateway.fail('POST', '/api/auth/login', { body: { login: name, password }, headers })
    answers.push([withoutRequestId(locked).replace(/\d+ s/, 'N s'), [...locked.headers.keys()].sort().join()])
  }
  expect(answers[1]).toEqual(answers[0])
  expect(answers[0]?.[0]).toContain('rate_limited')
})

it('a sign-in forgets the wrong ones before', async () => {
  await gateway.register('ben')
  for (let round = 0; round < 2; round += 1) {
    expect(await statuses(2, () => login('ben', 'wrong'))).toEqual([401, 401])
    expect((await login('ben', password)).status).toBe(200)
  }
})

it('many at once get no more tries than one after the other', async () => {
  await gateway.register('carla')
  const answers = await Promise.all(Array.from({ length: 12 }, () => login('carla', 'wrong')))
  const seen = answers.map(({ status }) => status).sort()
  expect(seen).toEqual([...Array(3).fill(401), ...Array(9).fill(429)])
})

it('an address waits after too many, whichever accounts it tried; a household has one IPv6 address', async () => {
  await gateway.register('dora')
  const tries = (address: (index: number) => string) =>
    statuses(9, (index) => login(`guess-${address(index)}-${index}`, 'wrong', address(index)))
  expect(await tries(() => '198.51.100.1')).toEqual([...Array(8).fill(401), 429])
  expect((await login('dora', password, '198.51.100.1')).status).toBe(429)
  expect(await tries((index) => `2001:db8:1:2::${index + 1}`)).toEqual([...Array(8).fill(401), 429])
  expect((await login('dora', password, '2001:db8:1:2:ffff::1')).status).toBe(429)
  expect((await login('dora', password, '2001:db8:1:3::1')).status).toBe(200)
})

it('sign-ins that are right do not count for an address', async () => {
  await gateway.register('erik')
  expect(await statuses(12, () => login('erik', password, '198.51.100.2'))).toEqual(Array(12).fill(200))
})

it('what cannot be checked does not count', async () => {
  await gateway.register('flo')
  const { passwords } = gateway.context
  const matches = passwords.matches
  passwords.matches = () => Promise.reject(new Error('the disk is full'))
  expect(await statuses(9, () => login('flo', password, '198.51.100.3'))).toEqual(Array(9).fill(500))
  passwords.matches = matches
  expect((await login('flo', password, '198.51.100.3')).status).toBe(200)
})

it('the counts survive a restart, and hold in another gateway', async () => {
  const { config, log } = gateway.context
  await gateway.register('gita')
  await statuses(3, () => login('gita', 'wrong'))
  const other = await startGateway(config, { log })
  const answer = await fetch(`${other.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': freshAddress() },
    body: JSON.stringify({ login: 'gita', password }),
  })
  expect(answer.status).toBe(429)
  await other.close()
})

it('wrong current passwords count when a password is changed', async () => {
  const { accessToken: token } = await gateway.register('hana')
  const change = (currentPassword: string) =>
    gateway.call('PUT', '/api/users/me/password', {
      token,
      body: { currentPassword, newPassword: 'another long one' },
      headers: { 'x-forwarded-for': freshAddress() },
    })
  expect(await statuses(4, () => change('not hers'))).toEqual([401, 401, 401, 429])
  expect((await change(password)).status).toBe(429)
  // Signing in is another door, with tries of its own.
  expect((await login('hana', password)).status).toBe(200)
})

it('wrong reset tokens count by address', async () => {
  const body = { token: 'x'.repeat(43), newPassword: 'another long one' }
  const headers = { 'x-forwarded-for': '198.51.100.4' }
  const reset = () => gateway.call('POST', '/api/auth/password-reset', { body, headers })
  expect(await statuses(9, reset)).toEqual([...Array(8).fill(410), 429])
})

it('the database holds no name, no address and no count that is over', async () => {
  await login('canary-of-names', 'wrong', '192.0.2.99')
  const rows = await gateway.context.database.attemptCount.findMany()
  expect(rows.length).toBeGreaterThan(2)
  expect(JSON.stringify(rows)).not.toMatch(/canary|192\.0\.2/)
  await windowsEnd()
  await login('canary-of-names', 'wrong', '192.0.2.99')
  expect(await gateway.context.database.attemptCount.count()).toBe(2)
})
