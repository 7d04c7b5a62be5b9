import { openSqlReader } from '@meeshy/shared/database/open-sql'
import type { SqlReader } from '@meeshy/shared/database/sql'
import type { Prisma } from '@meeshy/shared/generated/prisma/client'
import { newId } from '@meeshy/shared/ids'
import { createExplainedDatabase, type ExplainedDatabase } from '@meeshy/shared/testing/query-plans'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type App, buildApp } from '../src/app.js'
import type { ConversationSummary } from '../src/store/conversations/conversation-summary.js'
import { gatewayDatabase } from '../src/store/database.js'
import { preparedReads } from '../src/store/reads.js'
import { type Person, password, startTestGateway, type TestGateway } from './support.js'

/** The same app over a database that tells its queries. */
let gateway: TestGateway
let explained: ExplainedDatabase
let reader: SqlReader
let app: App
let queries = 0

beforeAll(async () => {
  gateway = await startTestGateway()
  explained = await createExplainedDatabase()
  const told = explained.database as unknown as {
    $on(event: 'query', listener: (query: Prisma.QueryEvent) => void): void
  }
  told.$on('query', ({ query }) => {
    if (query.startsWith('SELECT')) queries += 1
  })
  reader = await openSqlReader(explained.url)
  const reads = preparedReads({
    all(...asked) {
      queries += 1
      return reader.all(...asked)
    },
    get(...asked) {
      queries += 1
      return reader.get(...asked)
    },
  })
  app = await buildApp({ ...gateway.context, database: gatewayDatabase(explained.database), reads })
})
afterAll(async () => {
  await app.close()
  await reader.close()
  await explained.close()
  await gateway.close()
})

async function register(username: string): Promise<Person> {
  const payload = { username, email: `${username}@example.org`, password }
  return (await app.inject({ method: 'POST', url: '/api/auth/register', payload })).json<Person>()
}

/** Half of them direct, with people of their own; half of them groups of three. */
async function openConversations(userId: string, count: number): Promise<void> {
  const { user, conversation, conversationMember } = explained.database
  const rooms = Array.from({ length: count }, (_, index) => ({ id: newId(), peerId: newId(), direct: index % 2 === 0 }))
  const peers = rooms.map(({ peerId: id }) => ({ id, username: id, usernameKey: id, displayName: id }))
  const names = { displayNameKey: 'x', preferredLanguage: 'en' }
  await user.createMany({ data: peers.map((peer) => ({ ...peer, ...names })) })
  await conversation.createMany({
    data: rooms.map(({ id, peerId, direct }, index) => ({
      id,
      type: direct ? 'direct' : 'group',
      directKey: direct ? [userId, peerId].sort().join(':') : null,
      createdById: userId,
      lastActivityAt: new Date(Date.now() - index * 1000),
    })),
  })
  const [third] = peers
  await conversationMember.createMany({
    data: rooms.flatMap(({ id: conversationId, peerId, direct }, index) =>
      [userId, peerId, ...(direct || index === 0 ? [] : [third?.id ?? ''])].map((memberId) => ({
        conversationId,
        userId: memberId,
      })),
    ),
  })
}

interface Read {
  data: ConversationSummary[]
  queries: number
  calls: number
}

async function list({ accessToken }: Person, query: string): Promise<Read> {
  const [queriesBefore, callsBefore] = [queries, gateway.messaging.calls.length]
  const headers = { authorization: `Bearer ${accessToken}` }
  const answer = await app.inject({ method: 'GET', url: `/api/conversations?${query}`, headers })
  expect(answer.statusCode).toBe(200)
  const calls = gateway.messaging.calls.slice(callsBefore)
  expect(calls.every(({ method }) => method === 'GetConversationSummaries')).toBe(true)
  const { data } = answer.json<{ data: ConversationSummary[] }>()
  return { data, queries: queries - queriesBefore, calls: calls.length }
}

it('asks as much for a page of 200 out of 1,000 as for 2 out of 4', async () => {
  const [ana, ben] = [await register('ana'), await register('ben')]
  await openConversations(ana.user.id, 1_000)
  await openConversations(ben.user.id, 4)
  const few = await list(ben, 'limit=2')
  const [fifty, many] = [await list(ana, 'limit=50'), await list(ana, 'limit=200')]
  expect([few, fifty, many].map(({ data }) => data.length)).toEqual([2, 50, 200])
  expect(new Set([few, fifty, many].map((read) => read.queries)).size).toBe(1)
  // Who is calling; then memberships with their conversations, peers and sizes.
  expect(few.queries).toBe(4)
  expect([few, fifty, many].map(({ calls }) => calls)).toEqual([1, 1, 1])
  const [direct, group] = many.data
  expect(direct).toMatchObject({ type: 'direct', memberCount: 2, peer: { preferredLanguage: 'en' } })
  expect(group).toMatchObject({ type: 'group', memberCount: 3, peer: null })
})
