import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let ana: Person
let ben: Person
let eve: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana')
  ben = await gateway.register('ben')
  eve = await gateway.register('eve')
})
afterAll(() => gateway.close())

const call = ({ accessToken: token }: Person, method: string, path: string, body?: object) =>
  gateway.call(method, path, { token, ...(body && { body }) })
const create = (by: Person, type: string, { user }: Person) =>
  call(by, 'POST', '/api/conversations', { type, memberIds: [user.id], ...(type === 'group' && { title: 'Room' }) })

it('keeps two people from inviting each other, in both directions, until it ends', async () => {
  for (const _ of [1, 2]) expect((await call(ana, 'POST', `/api/users/${ben.user.id}/block`)).status).toBe(204)
  for (const type of ['direct', 'group']) {
    expect(await create(ana, type, ben)).toMatchObject({ status: 403 })
    expect(await create(ben, type, ana)).toMatchObject({ status: 403 })
    expect(await create(eve, type, ana)).toMatchObject({ status: 201 })
  }
  // The other one cannot end it, and is not told.
  expect((await call(ben, 'DELETE', `/api/users/${ana.user.id}/block`)).status).toBe(204)
  expect(await create(ben, 'group', ana)).toMatchObject({ status: 403 })
  for (const _ of [1, 2]) expect((await call(ana, 'DELETE', `/api/users/${ben.user.id}/block`)).status).toBe(204)
  expect(await create(ben, 'direct', ana)).toMatchObject({ status: 201 })
})

it('leaves a direct conversation that is there to be read', async () => {
  const first = await create(ana, 'direct', eve)
  await call(eve, 'POST', `/api/users/${ana.user.id}/block`)
  expect(await create(ana, 'direct', eve)).toMatchObject({ status: 200, body: first.body })
})

it('is not for oneself, nor for nobody', async () => {
  expect(await call(ana, 'POST', `/api/users/${ana.user.id}/block`)).toMatchObject({ status: 400 })
  expect(await call(ana, 'POST', `/api/users/${newId()}/block`)).toMatchObject({ status: 404 })
})

it('withdraws the friend request that waits between the two', async () => {
  const [fay, gus] = [await gateway.register('fay'), await gateway.register('gus')]
  const { friendRequest } = gateway.context.database
  const openKey = [fay.user.id, gus.user.id].sort().join(':')
  const data = { id: newId(), senderId: gus.user.id, receiverId: fay.user.id, openKey }
  await friendRequest.create({ data })
  await call(fay, 'POST', `/api/users/${ana.user.id}/block`)
  expect(await friendRequest.count({ where: { openKey } })).toBe(1)
  await call(fay, 'POST', `/api/users/${gus.user.id}/block`)
  expect(await friendRequest.count({ where: { openKey } })).toBe(0)
  // One that was accepted is history.
  await friendRequest.create({ data: { ...data, status: 'accepted' } })
  await call(gus, 'POST', `/api/users/${fay.user.id}/block`)
  expect(await friendRequest.count({ where: { openKey } })).toBe(1)
})

it('are listed for oneself, a page at a time', async () => {
  const [hal, ...others] = [await gateway.register('hal'), ana, ben, eve]
  for (const other of others) await call(hal, 'POST', `/api/users/${other.user.id}/block`)
  interface Page {
    data: Array<{ user: { username: string }; blockedAt: string }>
    page: { nextCursor: string | null }
  }
  const list = async (query: string) => (await call(hal, 'GET', `/api/users/me/blocks${query}`)).body as Page
  const first = await list('?limit=2')
  const second = await list(`?limit=2&cursor=${first.page.nextCursor}`)
  expect([...first.data, ...second.data].map(({ user }) => user.username)).toEqual(['ana', 'ben', 'eve'])
  expect(second.page.nextCursor).toBeNull()
  expect(Date.parse(first.data[0]?.blockedAt ?? '')).toBeGreaterThan(Date.now() - 60_000)
  await call(hal, 'DELETE', `/api/users/${ben.user.id}/block`)
  expect((await list('')).data.map(({ user }) => user.username)).toEqual(['ana', 'eve'])
})
