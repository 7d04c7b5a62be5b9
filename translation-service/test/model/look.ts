import type { Translation__Output as Translation } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import { expect } from 'vitest'
import type { Arguments } from './actions.js'
import { answerOf, type Outcome, outcomeOf } from './calls.js'
import { type Found, factsOf, now, type Room } from './model.js'
import { refusalOfRead, refusalOfTranslate } from './rules.js'
import type { Scene } from './scene.js'
import { checkSummary } from './summaries.js'
import { checkOwnView, checkTranslation, checkView } from './views.js'

/** Somebody reads a message. */
export async function read(scene: Scene, { who, message, all }: Arguments<'read'>): Promise<void> {
  const { model } = scene
  const call = { messageId: scene.messageId(message), userId: scene.person(who).id, allTranslations: all }
  const answer = answerOf(await outcomeOf(scene.client.read(call)), refusalOfRead(model, call))
  if (!answer) return
  const { room, facts } = model.find(call.messageId) as Found
  const check = all ? checkView : checkOwnView
  check(scene, model.reader(room, call.userId), answer, facts)
}

/** Somebody reads a page of a conversation. */
export async function list(scene: Scene, { who, room: index, limit, side, at }: Arguments<'list'>): Promise<void> {
  const { model } = scene
  const room = scene.room(index)
  const userId = scene.person(who).id
  const place = side === 'newest' ? {} : { [side]: at }
  const outcome = await outcomeOf(scene.client.list({ conversationId: room.id, userId, limit, ...place }))
  const unseen = model.membership(room, userId) ? null : 'not_found'
  const answer = answerOf(outcome, limit < 1 ? 'bad_request' : unseen)
  if (!answer) return
  const expected = pageOf(room, { limit, side, at })
  expect(answer.hasMore).toBe(expected.hasMore)
  expect(answer.messages.map(factsOf)).toEqual(expected.facts)
  const reader = model.reader(room, userId)
  for (const [position, message] of answer.messages.entries()) {
    checkOwnView(scene, reader, message, expected.facts[position] as Found['facts'])
  }
}

function pageOf({ messages }: Room, { limit, side, at }: Pick<Arguments<'list'>, 'limit' | 'side' | 'at'>) {
  const all = messages.map(now)
  const there = all.filter(({ seq }) => side === 'newest' || (side === 'before' ? seq < at : seq > at))
  const facts = side === 'after' ? there.slice(0, limit) : there.slice(-limit)
  return { facts, hasMore: there.length > limit }
}

/** Somebody has read up to a number: perhaps one that they were beyond, or one that there is not yet. */
export async function mark(scene: Scene, { who, room: index, at }: Arguments<'mark'>): Promise<void> {
  const room = scene.room(index)
  const userId = scene.person(who).id
  const outcome = await outcomeOf(scene.client.markAsRead({ conversationId: room.id, userId, seq: at }))
  const unseen = scene.model.membership(room, userId) ? null : 'not_found'
  const answer = answerOf(outcome, at < 0 ? 'bad_request' : unseen)
  if (answer) expect(answer).toEqual(marked(room, userId, at))
}

/** Somebody has read up to a message. */
export async function markMessage(scene: Scene, { who, message }: Arguments<'markMessage'>): Promise<void> {
  const call = { messageId: scene.messageId(message), userId: scene.person(who).id }
  const outcome = await outcomeOf(scene.client.markAsRead({ ...call, conversationId: '' }))
  const answer = answerOf(outcome, refusalOfRead(scene.model, call))
  if (!answer) return
  const { room, facts } = scene.model.find(call.messageId) as Found
  expect(answer).toEqual(marked(room, call.userId, facts.seq))
}

function marked(room: Room, userId: string, seq: number) {
  const before = room.readSeq(userId)
  room.moveMark(userId, Math.min(seq, room.lastSeq))
  const after = room.readSeq(userId)
  return { conversationId: room.id, seq: after, moved: after > before, unreadCount: room.lastSeq - after }
}

/** Asks for both conversations and one that does not exist. */
export async function summarise(scene: Scene, { who }: Arguments<'summarise'>): Promise<void> {
  const { model, client } = scene
  const userId = scene.person(who).id
  const conversationIds = ['no-conversation', ...model.rooms.map(({ id }) => id)]
  const summaries = await client.summarise({ userId, conversationIds, withReadMarks: true })
  const rooms = model.rooms.filter((room) => model.membership(room, userId))
  expect(summaries.map(({ conversationId }) => conversationId)).toEqual(rooms.map(({ id }) => id))
  for (const [index, room] of rooms.entries()) checkSummary(scene, room, userId, summaries[index])
}

/** More of one person are refused. */
const waitingLimit = 8
/** A little less than callers wait in tests. */
const patienceMs = 9_000

/** Waits for the translation, unless the model keeps everybody waiting: then the answer is checked when all settles. */
export async function translate(scene: Scene, { who, message, target }: Arguments<'translate'>): Promise<void> {
  const { model, stage } = scene
  if (scene.waiting.length >= waitingLimit) return
  const call = { messageId: scene.messageId(message), userId: scene.person(who).id, targetLanguage: target }
  const refusal = refusalOfTranslate(model, call)
  const found = model.find(call.messageId)
  const { life } = stage
  const { departures } = scene.person(who)
  const startedAt = performance.now()
  const outcome = outcomeOf(scene.client.translateMessage(call))
  const check = async () => {
    const answered = await outcome
    // Whoever waited when the service stopped, or for too long, may have got no answer.
    const mayBeLost = stage.life > life || performance.now() - startedAt > patienceMs
    if (mayBeLost && 'problem' in answered) return
    // Whoever has left while they waited is a stranger when the answer comes.
    const mayBeStranger = scene.person(who).departures > departures
    if (mayBeStranger && 'problem' in answered && answered.problem.code === 'not_found') return
    if (refusal || !found) answerOf(answered, refusal)
    else checkTranslated(scene, found, target, answered)
  }
  // A refusal waits for no model: whoever comes or goes next is too late for it.
  if (refusal || !scene.held) return check()
  // The calls of one connection begin in their order, so an answer to this one says that the other has begun.
  await outcomeOf(scene.client.summarise({ userId: call.userId, conversationIds: ['no-conversation'] }))
  scene.waiting.push(check)
}

/** @param found the message when the translation was asked for */
function checkTranslated(scene: Scene, { sent, facts }: Found, target: string, outcome: Outcome<Translation>): void {
  if ('answer' in outcome) {
    const { answer } = outcome
    const { reason } = answer
    expect(answer.language).toBe(target)
    const state = sent.states.find(({ revision }) => revision === answer.revision)
    expect(state, 'the revision that is translated').toBeDefined()
    if (reason === 'same_language') expect(state?.originalLanguage).toBe(target)
    else if (reason === 'no_words') expect(state?.originalLanguage).toBe('und')
    else if (state) checkTranslation(scene, answer, state)
    expect(answer.status).not.toBe('pending')
  } else if (outcome.problem.code === 'not_found') {
    expect(now(sent), 'not found, so it was deleted or edited meanwhile').not.toEqual(facts)
  } else throw outcome.problem
}
