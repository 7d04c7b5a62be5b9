import { afterEach, expect, it } from 'vitest'
import { newId } from '../ids.js'
import type { Reader } from '../reader-view.js'
import { ContractClient } from './contract-client.js'
import { type FakeMessaging, startFakeMessaging } from './fake-messaging.js'
import { describeMessagingContract } from './messaging-contract.js'
import { waitFor } from './wait-for.js'

const serviceToken = 'a-service-token-of-32-characters'
const french: Reader = { language: 'fr', understood: ['fr'], autoTranslate: true }
const english: Reader = { language: 'en', understood: ['en'], autoTranslate: true }

describeMessagingContract('the fake', async () => {
  const rooms = new Map<string, Map<string, { role: string; reader: Reader }>>()
  const people = () => [...rooms.values()].flatMap((members) => [...members.keys()])
  const fake = await startFakeMessaging({
    serviceToken,
    roleOf: (conversationId, userId) => rooms.get(conversationId)?.get(userId)?.role ?? null,
    readerOf: (conversationId, userId) => rooms.get(conversationId)?.get(userId)?.reader ?? english,
    conversationExists: (conversationId) => rooms.has(conversationId),
    isActive: (userId) => people().includes(userId),
  })
  return {
    host: fake.host,
    port: fake.port,
    serviceToken,
    async createRoom(joiningId) {
      const conversationId = newId()
      const [first, second, moderatorId] = [newId(), newId(), newId()]
      const members = new Map([
        [first, { role: 'member', reader: french }],
        [second, { role: 'member', reader: english }],
        [moderatorId, { role: 'moderator', reader: english }],
      ])
      if (joiningId !== undefined) members.set(joiningId, { role: 'member', reader: english })
      rooms.set(conversationId, members)
      return { conversationId, memberIds: [first, second], moderatorId, strangerId: newId() }
    },
    close: () => fake.close(),
  }
})

let fake: FakeMessaging
let client: ContractClient

afterEach(async () => {
  client?.close()
  await fake?.close()
})

async function startWithMessage() {
  fake = await startFakeMessaging()
  client = new ContractClient(fake, undefined)
  const [conversationId, senderId] = [newId(), newId()]
  const { message } = await client.create({ conversationId, senderId, content: 'Hello' })
  return { conversationId, senderId, messageId: message.id }
}

it('cannot tell what it has forgotten', async () => {
  const { conversationId, senderId: userId } = await startWithMessage()
  const before = client.subscribe('')
  await waitFor(() => before.batches.length > 0, { what: 'the first batch' })
  before.cancel()
  await client.create({ conversationId, senderId: userId, content: 'Forgotten' })
  fake.forgetEvents()
  const stream = client.subscribe(before.batches[0]?.cursor ?? '')
  await waitFor(() => stream.batches.length > 0, { what: 'the first batch' })
  stream.cancel()
  expect(stream.batches).toMatchObject([{ events: [], resyncReason: 'retention' }])
  const lost = await client.events({ conversationId, userId, afterEventSeq: 1 })
  expect(lost).toMatchObject({ events: [], lastEventSeq: 2, resyncReason: 'retention' })
})

it('erases at once what is gone', async () => {
  const { conversationId, senderId: userId, messageId } = await startWithMessage()
  await client.eraseUserMessages({ userId })
  expect(await client.read({ messageId, userId })).toMatchObject({ content: '', display: null })
  await client.eraseConversation({ conversationId })
  expect(fake.messages).toEqual([])
})
