import { createExplainedDatabase, type ExplainedDatabase } from '@meeshy/shared/testing/query-plans'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDirect, createGroup, listConversations, readConversation } from './conversations.js'
import { gatewayDatabase } from './database.js'
import { findLiveSessions } from './live-sessions.js'
import { readRecentConversations } from './recent-conversations.js'
import { Rooms } from './rooms.js'
import { createUser, findCredentials, readOwnUser, readPublicUser, searchUsers, updateProfile } from './users.js'

let explained: ExplainedDatabase

beforeAll(async () => {
  explained = await createExplainedDatabase()
})
afterAll(() => explained.close())

it('every query of the store is answered by an index', async () => {
  const database = gatewayDatabase(explained.database)
  const person = (username: string) =>
    createUser(database, {
      username,
      email: `${username}@example.org`,
      passwordHash: 'x',
      displayName: username,
      preferredLanguage: 'en',
      understoodLanguages: [],
    })
  const [ana, ben] = [await person('ana'), await person('ben')]
  const { id } = await createGroup(database, ana.id, { title: 'x', memberIds: [ben.id] })
  await createDirect(database, ana.id, ben.id)
  await createDirect(database, ben.id, ana.id)
  const after = { lastActivityAt: new Date(Date.now() + 1000), id }
  expect(await listConversations(database, ana.id, { limit: 1, after })).toHaveLength(2)
  await listConversations(database, ana.id, { limit: 1 })
  await readConversation(database, id, ana.id)
  await readRecentConversations(database, { userId: ana.id, limit: 200 })
  await findLiveSessions(database, ['a', 'b'])
  await findCredentials(database, 'ana')
  await findCredentials(database, 'ana@example.org')
  await readOwnUser(database, ana.id)
  await readPublicUser(database, ana.id)
  expect(await searchUsers(database, { text: 'b', limit: 5, after: 'a' })).toHaveLength(1)
  await updateProfile(database, ana.id, { displayName: 'Ana' })
  await new Rooms(database).read(id)
  expect(await explained.scans()).toEqual([])
})

it('notices one that is not', async () => {
  await explained.database.user.findMany({ where: { displayName: { contains: 'a' } } })
  expect(await explained.scans()).toHaveLength(1)
})
