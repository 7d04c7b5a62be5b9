import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { statusToProblem } from '../../messaging/problem-status.js'
import { Problem } from '../../problems.js'
import type { ContractClient } from '../contract-client.js'
import { waitFor } from '../wait-for.js'
import { type ContractTest, draft } from './contract-test.js'

interface Target {
  conversationId: string
  messageId: string
  userId: string
}

type Call = (client: ContractClient, target: Target) => Promise<unknown>

/** Every call on behalf of a user about one message or conversation. */
const memberCalls: Array<[string, Call]> = [
  ['CreateMessage', (client, { conversationId, userId }) => client.create(draft(conversationId, userId))],
  ['GetMessage', (client, { messageId, userId }) => client.read({ messageId, userId })],
  ['UpdateMessage', (client, { messageId, userId }) => client.update({ messageId, userId, content: 'Mine' })],
  ['DeleteMessage', (client, { messageId, userId }) => client.remove({ messageId, userId })],
  [
    'TranslateMessage',
    (client, { messageId, userId }) => client.translateMessage({ messageId, userId, targetLanguage: 'fr' }),
  ],
  ['GetConversationMessages', (client, { conversationId, userId }) => client.list({ conversationId, userId })],
  [
    'MarkMessageAsRead by number',
    (client, { conversationId, userId }) => client.markAsRead({ conversationId, userId, seq: 1 }),
  ],
  ['MarkMessageAsRead by message', (client, { messageId, userId }) => client.markAsRead({ messageId, userId })],
  [
    'GetConversationEvents',
    (client, { conversationId, userId }) => client.events({ conversationId, userId, afterEventSeq: 0 }),
  ],
]

const otherCalls: Array<[string, Call]> = [
  ['TranslateText', (client, { userId }) => client.translate({ userId, text: 'Hello', source: 'en', targets: ['fr'] })],
  [
    'GetConversationSummaries',
    (client, { conversationId, userId }) => client.summarise({ userId, conversationIds: [conversationId] }),
  ],
  ['EraseConversation', (client) => client.eraseConversation({ conversationId: randomUUID() })],
  ['EraseUserMessages', (client) => client.eraseUserMessages({ userId: randomUUID() })],
]

/** Who may call, and on whose behalf. */
export function accessContract(test: ContractTest): void {
  async function target(): Promise<Target & { strangerId: string }> {
    const { conversationId, message, authorId, strangerId } = await test.createMessage()
    return { conversationId, messageId: message.id, userId: authorId, strangerId }
  }

  it.each(memberCalls)('%s tells a stranger the same as if it were not there', async (_, call) => {
    const { strangerId, ...there } = await target()
    const absent = { conversationId: randomUUID(), messageId: randomUUID(), userId: strangerId }
    const first = await refusal(call(test.client, { ...there, userId: strangerId }))
    const second = await refusal(call(test.client, absent))
    expect(first.code).toBe('not_found')
    expect([first.code, first.detail]).toEqual([second.code, second.detail])
  })

  it.each([...memberCalls, ...otherCalls])('%s is refused without the service token', async (_, call) => {
    const there = await target()
    for (const token of [undefined, 'wrong-token-wrong-token-wrong-token']) {
      const stranger = test.clientWith(token)
      expect((await refusal(call(stranger, there))).code).toBe('unauthenticated')
      stranger.close()
    }
  })

  it.each(memberCalls)('%s refuses what cannot be an id', async (_, call) => {
    const there = await target()
    expect((await refusal(call(test.client, { ...there, userId: 'a b' }))).code).toBe('bad_request')
    const bad = { ...there, conversationId: '../..', messageId: '../..' }
    expect((await refusal(call(test.client, bad))).code).toBe('bad_request')
  })

  it.each([undefined, 'wrong-token-wrong-token-wrong-token'])('streams nothing for the token %s', async (token) => {
    const stranger = test.clientWith(token)
    const stream = stranger.subscribe('')
    await waitFor(() => stream.error !== null, { what: 'the refusal of the stream' })
    expect(stream.error && statusToProblem(stream.error).code).toBe('unauthenticated')
    stranger.close()
  })
}

async function refusal(call: Promise<unknown>): Promise<Problem> {
  const error = await call.then(
    () => new Error('expected a refusal'),
    (reason: unknown) => reason,
  )
  if (error instanceof Problem) return error
  throw error
}
