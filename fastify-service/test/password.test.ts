import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signIn } from './socket.js'
import { type Person, password, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const login = (username: string, given: string) =>
  gateway.call<Person>('POST', '/api/auth/login', { body: { login: username, password: given } })
const change = (token: string, body: object) => gateway.call('PUT', '/api/users/me/password', { token, body })

it('is changed with the old one, and the other sessions end at once', async () => {
  const { accessToken } = await gateway.register('ana')
  const other = (await login('ana', password)).body.accessToken
  const socket = await signIn(gateway.url, other)
  expect((await change(accessToken, { currentPassword: password, newPassword: 'another long one' })).status).toBe(204)
  await waitFor(() => socket.closed !== null, { what: 'the close of the other socket' })
  expect(socket.closed?.code).toBe(4003)
  const verify = (token: string) => gateway.call('GET', '/api/auth/verify', { token })
  expect([(await verify(accessToken)).status, (await verify(other)).status]).toEqual([200, 401])
  expect([(await login('ana', password)).status, (await login('ana', 'another long one')).status]).toEqual([401, 200])
})

it('is not changed without the old one, or to one that is not good enough', async () => {
  const { accessToken } = await gateway.register('ben')
  const wrong = await change(accessToken, { currentPassword: 'not mine at all', newPassword: 'another long one' })
  expect(wrong).toMatchObject({ status: 401, body: { code: 'credentials_wrong' } })
  for (const newPassword of ['short', 'password123', 'ben@example.org']) {
    const refused = await gateway.fail('PUT', '/api/users/me/password', {
      token: accessToken,
      body: { currentPassword: password, newPassword },
    })
    expect(refused.status).toBe(400)
    expect(refused.body.errors?.[0]?.pointer).toBe('/newPassword')
    expect(refused.text).not.toContain(newPassword)
  }
  expect((await login('ben', password)).status).toBe(200)
})

it('of two changes at once only one is done', async () => {
  const { accessToken } = await gateway.register('carla')
  const chosen = ['the first long one', 'the second long one']
  const answers = await Promise.all(
    chosen.map((newPassword) => change(accessToken, { currentPassword: password, newPassword })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 401])
  const logins = await Promise.all(chosen.map((newPassword) => login('carla', newPassword)))
  expect(logins.map(({ status }) => status)).toEqual(answers.map(({ status }) => (status === 204 ? 200 : 401)))
})
