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

it('is not changed without the old one, or to one that is too short', async () => {
  const { accessToken } = await gateway.register('ben')
  const wrong = await change(accessToken, { currentPassword: 'not mine at all', newPassword: 'another long one' })
  expect(wrong).toMatchObject({ status: 401, body: { code: 'credentials_wrong' } })
  expect(await change(accessToken, { currentPassword: password, newPassword: 'short' })).toMatchObject({ status: 400 })
  expect((await login('ben', password)).status).toBe(200)
})
