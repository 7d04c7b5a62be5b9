import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import { expect } from 'vitest'
import { factsOf, now, type Room } from './model.js'
import type { Snapshot } from './replica.js'
import type { Scene } from './scene.js'
import { checkSummary } from './summaries.js'
import { checkOwnView } from './views.js'

/**
 * Reads a whole conversation as one of its members, page by page, the newest first, and checks it against the model.
 * Its last event was known before the first page, so what happens meanwhile comes again as an event.
 */
export async function fetchAll(scene: Scene, room: Room, userId: string, limit: number): Promise<Snapshot> {
  const { client, model } = scene
  const [summary] = await client.summarise({ userId, conversationIds: [room.id], withReadMarks: true })
  checkSummary(scene, room, userId, summary)
  const messages: Message[] = []
  for (let hasMore = true; hasMore; ) {
    const [first] = messages
    const before = first ? { before: first.seq } : {}
    const page = await client.list({ conversationId: room.id, userId, limit, ...before })
    messages.unshift(...page.messages)
    hasMore = page.hasMore
  }
  expect(messages.map(factsOf)).toEqual(room.messages.map(now))
  const reader = model.reader(room, userId)
  for (const message of messages) checkOwnView(scene, reader, message, factsOf(message))
  return { lastEventSeq: summary?.lastEventSeq ?? 0, messages }
}
