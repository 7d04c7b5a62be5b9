import type { ServiceError } from '@grpc/grpc-js'
import { metadataKeys } from '@meeshy/shared/messaging/contract'
import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import { expect } from 'vitest'
import { outcomeOf } from './calls.js'
import { now, type Room } from './model.js'
import type { Scene } from './scene.js'

interface Target {
  conversationId: string
  messageId: string
  userId: string
}

type Call = (client: ContractClient, target: Target) => Promise<unknown>

/** Every call about one conversation or one of its messages, in a form that a member would be answered. */
const calls: readonly Call[] = [
  (client, { conversationId, userId }) =>
    client.create({ conversationId, senderId: userId, clientMessageId: 'strange', content: 'Hello' }),
  (client, { messageId, userId }) => client.read({ messageId, userId }),
  (client, { messageId, userId }) => client.update({ messageId, userId, content: 'Mine' }),
  (client, { messageId, userId }) => client.remove({ messageId, userId }),
  (client, { messageId, userId }) => client.translateMessage({ messageId, userId, targetLanguage: 'it' }),
  (client, { conversationId, userId }) => client.list({ conversationId, userId }),
  (client, { conversationId, userId }) => client.markAsRead({ conversationId, userId, seq: 1 }),
  (client, { messageId, userId }) => client.markAsRead({ messageId, userId, conversationId: '' }),
  (client, { conversationId, userId }) => client.events({ conversationId, userId, afterEventSeq: 0 }),
]

const nowhere = { conversationId: 'no-conversation', messageId: 'no-message' }

/** Who is no member gets, to the byte, what they would get if there were no such conversation. */
export async function checkStranger(scene: Scene, room: Room, userId: string): Promise<void> {
  const { client } = scene
  const last = room.messages.at(-1)
  const there = { conversationId: room.id, messageId: last ? now(last).id : nowhere.messageId }
  const refusals = (target: Omit<Target, 'userId'>) =>
    Promise.all(calls.map((call) => refusalOf(call(client, { ...target, userId }))))
  const [here, elsewhere] = [await refusals(there), await refusals(nowhere)]
  expect(here).toEqual(elsewhere)
  for (const { code } of here) expect(code).toEqual(['not_found'])
  expect(await client.summarise({ userId, conversationIds: [room.id] })).toEqual([])
}

/** All that an answer says. */
async function refusalOf(call: Promise<unknown>) {
  const outcome = await outcomeOf(call)
  if (!('problem' in outcome)) throw new Error('a stranger was answered')
  const { code: status, details, metadata } = outcome.problem.options.cause as ServiceError
  const sent = Object.entries(metadata.toJSON()).filter(([key]) => key !== 'date')
  return { status, details, code: metadata.get(metadataKeys.problemCode), sent }
}
