import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startGateway } from '../src/gateway.js'
import { signIn } from './socket.js'
import { type Answer, type Person, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const refresh = (refreshToken: unknown) =>
  gateway.call<Person & { code?: string }>('POST', '/api/auth/refresh', { body: { refreshToken } })
const verify = async (token: string) => (await gateway.call('GET', '/api/auth/verify', { token })).status
const sessions = () => gateway.context.database.session
const sessionOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sid as string

/** As if the last refresh had been so long ago. */
async function age(id: string, ms: number): Promise<void> {
  await sessions().update({ where: { id }, data: { rotatedAt: new Date(Date.now() - ms) } })
}

function expectRefusal({ status, body }: Answer<{ code?: string }>, code: string): void {
  expect({ status, code: body.code }).toEqual({ status: 401, code })
}

it('answers like a sign-in, with another refresh token, and moves the end of the session', async () => {
  const ana = await gateway.register('ana')
  const id = sessionOf(ana.accessToken)
  const lastUsedAt = new Date(Date.now() - 3_600_000)
  const soon = new Date(Date.now() + 60_000)
  await sessions().update({ where: { id }, data: { lastUsedAt, expiresAt: soon } })
  const { status, body } = await refresh(ana.refreshToken)
  expect(status).toBe(200)
  expect(body).toEqual({
    ...ana,
    accessToken: body.accessToken,
    refreshToken: body.refreshToken,
    expiresAt: body.expiresAt,
  })
  expect(body.refreshToken).not.toBe(ana.refreshToken)
  expect(body.accessToken).not.toBe(ana.accessToken)
  expect([sessionOf(body.accessToken), await verify(body.accessToken)]).toEqual([id, 200])
  const session = await sessions().findUniqueOrThrow({ where: { id } })
  expect(session.lastUsedAt.getTime()).toBeGreaterThan(lastUsedAt.getTime() + 3_000_000)
  expect(session.expiresAt.getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000)
  // What the database holds is no token.
  expect((await refresh(session.refreshHash)).status).toBe(401)
  expect(JSON.stringify(session)).not.toContain(body.refreshToken.slice(0, 20))
})

it('goes on and on', async () => {
  let { refreshToken } = await gateway.register('goeson')
  const seen = new Set([refreshToken])
  for (let index = 0; index < 5; index += 1) {
    refreshToken = (await refresh(refreshToken)).body.refreshToken
    seen.add(refreshToken)
  }
  expect(seen.size).toBe(6)
})

it('gives 20 who come at once with one token the same successor, through two gateways, in one session', async () => {
  const { config, log } = gateway.context
  const other = await startGateway(config, { log })
  const { user, refreshToken } = await gateway.register('tabs')
  const ask = (url: string) =>
    fetch(`${url}/api/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
    })
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask((index % 2 ? other : gateway).url)))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as Person[]
  const successors = new Set(bodies.map((body) => body.refreshToken))
  expect(successors.size).toBe(1)
  expect(await sessions().count({ where: { userId: user.id } })).toBe(1)
  for (const { accessToken } of bodies) expect(await verify(accessToken)).toBe(200)
  expect((await refresh([...successors][0])).status).toBe(200)
  await other.close()
})

it('gives the token before its successor for 30 s', async () => {
  const { accessToken, refreshToken } = await gateway.register('grace')
  const successor = (await refresh(refreshToken)).body.refreshToken
  await age(sessionOf(accessToken), 29_000)
  expect((await refresh(refreshToken)).body.refreshToken).toBe(successor)
  expect((await refresh(successor)).status).toBe(200)
})

it('takes the token before as stolen after 30 s: the session ends, and its sockets close', async () => {
  const { accessToken, refreshToken } = await gateway.register('stolen')
  const successor = (await refresh(refreshToken)).body
  const socket = await signIn(gateway.url, successor.accessToken)
  await age(sessionOf(accessToken), 31_000)
  const reuse = await refresh(refreshToken)
  expectRefusal(reuse, 'token_revoked')
  await waitFor(() => socket.closed !== null, { what: 'the socket to close' })
  expect(socket.closed?.code).toBe(4003)
  expectRefusal(await refresh(successor.refreshToken), 'token_revoked')
  expect([await verify(accessToken), await verify(successor.accessToken)]).toEqual([401, 401])
})

it('takes a token of longer ago as stolen, however often the thief has refreshed since', async () => {
  const { refreshToken } = await gateway.register('robbed')
  const second = (await refresh(refreshToken)).body.refreshToken
  const third = (await refresh(second)).body.refreshToken
  expectRefusal(await refresh(refreshToken), 'token_revoked')
  expectRefusal(await refresh(third), 'token_revoked')
})

it('refuses what is no token of ours in the same words', async () => {
  const { accessToken, refreshToken } = await gateway.register('forged')
  const { refreshToken: others } = await gateway.register('others')
  const [sealed = '', session = ''] = refreshToken.split('.')
  const guesses = [
    '',
    'x',
    '\u0000',
    sealed,
    `.${session}`,
    `${'A'.repeat(64)}.${session}`,
    `${others.split('.')[0]}.${session}`,
    `${sealed}.${others.split('.')[1]}`,
    `${refreshToken}.`,
    `${refreshToken}=`,
    refreshToken.toUpperCase(),
    accessToken,
  ]
  const answers = await Promise.all(
    guesses.map((guess) => gateway.fail('POST', '/api/auth/refresh', { body: { refreshToken: guess } })),
  )
  const words = withoutRequestId(answers[0] as (typeof answers)[0])
  for (const answer of answers) {
    expect(answer.status).toBe(401)
    expect(withoutRequestId(answer)).toBe(words)
  }
  await sessions().delete({ where: { id: sessionOf(accessToken) } })
  const gone = await gateway.fail('POST', '/api/auth/refresh', { body: { refreshToken } })
  expect(withoutRequestId(gone)).toBe(words)
  expect((await refresh(others)).status).toBe(200)
})

it.each([undefined, null, 1, ['x'], 'x'.repeat(513)])('refuses %j as not valid', async (refreshToken) => {
  expect((await refresh(refreshToken)).status).toBe(400)
})

it('refuses somebody who was deactivated', async () => {
  const { user, refreshToken } = await gateway.register('gone')
  await gateway.context.database.user.update({ where: { id: user.id }, data: { deactivatedAt: new Date() } })
  expectRefusal(await refresh(refreshToken), 'token_revoked')
})

it('refuses a session that was signed out, and one that is over', async () => {
  const out = await gateway.register('signedout')
  await gateway.call('POST', '/api/auth/logout', { token: out.accessToken })
  expectRefusal(await refresh(out.refreshToken), 'token_revoked')
  const late = await gateway.register('late')
  const expiresAt = new Date(Date.now() - 1)
  await sessions().update({ where: { id: sessionOf(late.accessToken) }, data: { expiresAt } })
  expectRefusal(await refresh(late.refreshToken), 'token_expired')
  const before = await gateway.register('before')
  const successor = (await refresh(before.refreshToken)).body.refreshToken
  await sessions().update({ where: { id: sessionOf(before.accessToken) }, data: { expiresAt } })
  for (const token of [before.refreshToken, successor]) expectRefusal(await refresh(token), 'token_expired')
})

it('gives no access token that lives longer than its session', async () => {
  const short = await startTestGateway({ REFRESH_EXPIRES_IN: '60s' })
  const { expiresAt } = await short.register('short')
  expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + 60_000)
  await short.close()
})
