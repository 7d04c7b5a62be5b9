import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signIn } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

it('figures count people, rooms, groups, sessions and sockets, at most once a minute', async () => {
  const people: Person[] = []
  for (const name of ['admin', 'ana', 'ben', 'cid', 'dan']) people.push(await gateway.register(name))
  const [admin, ana, ben, cid, dan] = people as [Person, Person, Person, Person, Person]
  const { user, group, session } = gateway.context.database
  await user.update({ where: { id: admin.user.id }, data: { role: 'ADMIN' } })
  await user.update({ where: { id: ana.user.id }, data: { role: 'MODERATOR' } })
  await user.update({ where: { id: cid.user.id }, data: { deactivatedAt: new Date() } })
  const talk = (body: object) => gateway.call('POST', '/api/conversations', { token: ana.accessToken, body })
  await talk({ type: 'direct', memberIds: [ben.user.id] })
  for (const title of ['One', 'Two']) await talk({ type: 'group', title, memberIds: [] })
  await group.create({ data: { id: newId(), name: 'G', nameKey: 'g', maxMembers: 9, createdById: ana.user.id } })
  await gateway.call('DELETE', '/api/users/me', { token: dan.accessToken })
  await session.updateMany({ where: { userId: ben.user.id }, data: { revokedAt: new Date() } })
  const sockets = [await signIn(gateway.url, ana.accessToken), await signIn(gateway.url, ana.accessToken)]

  const read = () => gateway.call<Record<string, unknown>>('GET', '/api/admin/stats', { token: admin.accessToken })
  const first = await read()
  expect(first.status).toBe(200)
  expect(first.body).toEqual({
    people: { active: 3, deactivated: 1, erased: 1 },
    roles: { USER: 1, MODERATOR: 1, ADMIN: 1, GUEST: 0 },
    conversations: { direct: 1, group: 2 },
    groups: 1,
    sessions: 2,
    sockets: 2,
    countedAt: expect.any(String),
  })
  await gateway.register('eve')
  expect((await read()).body).toEqual(first.body)
  for (const socket of sockets) socket.close()
})
