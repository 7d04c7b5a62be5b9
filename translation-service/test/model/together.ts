import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import { expect } from 'vitest'
import type { Arguments } from './actions.js'
import { outcomeOf } from './calls.js'
import { checkCreated, checkUpdated } from './changes.js'
import { factsOf, type Room, type Sent } from './model.js'
import type { Scene } from './scene.js'
import { contentOf } from './texts.js'
import { checkTranslation } from './views.js'
import { callOf } from './write.js'

/** Several at the same moment: whichever came first, the numbers are dense and an id is one message. */
export async function createAtOnce(scene: Scene, { room, drafts }: Arguments<'createAtOnce'>): Promise<void> {
  const round = scene.freshId()
  const calls = drafts.map(({ key, ...draft }) => callOf(scene, { ...draft, room, clientMessageId: `${round}-${key}` }))
  const outcomes = await Promise.all(
    calls.map(async (call) => ({ call, outcome: await outcomeOf(scene.client.create(call)) })),
  )
  const place = ({ outcome }: (typeof outcomes)[number]) =>
    'answer' in outcome && outcome.answer.created ? outcome.answer.message.seq : Number.POSITIVE_INFINITY
  outcomes.sort((one, other) => (place(one) < place(other) ? -1 : 1))
  for (const { call, outcome } of outcomes) checkCreated(scene, call, outcome)
}

/** The author's devices, each of which edits what it sees: one of them wins. */
export async function updateAtOnce(scene: Scene, { message, texts }: Arguments<'updateAtOnce'>): Promise<void> {
  const messageId = scene.messageId(message)
  const facts = scene.model.find(messageId)?.facts
  if (!facts) return
  const { senderId: userId, revision: expectedRevision } = facts
  const calls = texts.map((text) => ({ messageId, userId, content: contentOf(text, scene.tag), expectedRevision }))
  const outcomes = await Promise.all(
    calls.map(async (call) => ({ call, outcome: await outcomeOf(scene.client.update(call)) })),
  )
  const isChange = ({ outcome }: (typeof outcomes)[number]) => 'answer' in outcome && outcome.answer.changed
  const winner = outcomes.find(isChange)
  if (winner) checkUpdated(scene, winner.call, winner.outcome)
  for (const one of outcomes.filter((other) => other !== winner)) {
    // What it said already is no change before the winner, and a conflict after it.
    if (winner && one.call.content === facts.content && 'answer' in one.outcome) expect(isChange(one)).toBe(false)
    else checkUpdated(scene, one.call, one.outcome)
  }
}

const readLimit = 50

/** Somebody reads in every way while the author edits: each message is what it was before or after, never a mixture. */
export async function readMeanwhile(scene: Scene, { who, message, text }: Arguments<'readMeanwhile'>): Promise<void> {
  const messageId = scene.messageId(message)
  const found = scene.model.find(messageId)
  const userId = scene.person(who).id
  if (!found || !scene.model.membership(found.room, userId)) return
  const call = { messageId, userId: found.facts.senderId, content: contentOf(text, scene.tag) }
  const [outcome, ...readings] = await Promise.all([
    outcomeOf(scene.client.update(call)),
    ...[1, 2, 3].map(() => readAll(scene, found.room, userId, messageId)),
  ])
  checkUpdated(scene, call, outcome)
  for (const read of readings.flat().filter(({ id }) => id === messageId)) checkReading(scene, read, found.sent)
}

async function readAll({ client }: Scene, room: Room, userId: string, messageId: string): Promise<Message[]> {
  const place = { conversationId: room.id, userId }
  const [message, { messages }, { events }, [summary]] = await Promise.all([
    client.read({ messageId, userId }),
    client.list({ ...place, limit: readLimit }),
    client.events({ ...place, afterEventSeq: room.forgottenTo }),
    client.summarise({ userId, conversationIds: [room.id] }),
  ])
  return [message, ...messages, ...events.map((event) => event.message), summary?.lastMessage].filter((one) => !!one)
}

function checkReading(scene: Scene, message: Message, { states }: Sent): void {
  expect(states).toContainEqual(factsOf(message))
  for (const translation of message.translations) {
    // Translations are read after their messages: a later one is shown to nobody, an earlier one would be wrong.
    const state = states.find(({ revision }) => revision === translation.revision)
    expect(state?.revision).toBeGreaterThanOrEqual(message.revision)
    if (state) checkTranslation(scene, translation, state)
  }
}
