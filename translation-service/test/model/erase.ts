import { waitFor } from '@meeshy/shared/testing/wait-for'
import { expect } from 'vitest'
import type { Arguments } from './actions.js'
import { answerOf, outcomeOf } from './calls.js'
import { now, type Room } from './model.js'
import type { Scene } from './scene.js'

/** Somebody who has closed their account wants nothing of theirs to stay. */
export async function erase(scene: Scene, { who }: Arguments<'erase'>): Promise<void> {
  const { id: userId, active } = scene.person(who)
  const before = await Promise.all(scene.model.rooms.map((room) => scene.lastEventSeq(room)))
  const outcome = await outcomeOf(scene.client.eraseUserMessages({ userId }))
  if (!answerOf(outcome, active ? 'forbidden' : null)) return
  const promised = () => scene.gateway.erasure.count({ where: { subjectId: userId } })
  await waitFor(async () => (await promised()) === 0, { what: 'the end of the erasure' })
  for (const [index, room] of scene.model.rooms.entries()) {
    await takeErased(scene, room, userId, before[index] ?? 0)
    room.marks.delete(userId)
  }
}

/** Takes the tombstones into the model; in which order they were made is the service's business. */
async function takeErased({ gateway }: Scene, room: Room, userId: string, eventSeq: number): Promise<void> {
  const erased = room.messages.filter((sent) => now(sent).senderId === userId && now(sent).deletedAt === undefined)
  const where = { conversationId: room.id, type: 'deleted', eventSeq: { gt: eventSeq } }
  const events = await gateway.messageEvent.findMany({ where, orderBy: { eventSeq: 'asc' } })
  expect(events.map(({ messageId }) => messageId).sort()).toEqual(erased.map((sent) => now(sent).id).sort())
  for (const { messageId } of events) {
    const sent = erased.find((one) => now(one).id === messageId)
    const row = await gateway.message.findUnique({ where: { id: messageId } })
    if (sent)
      room.change(sent, { ...now(sent), content: '', deletedAt: row?.deletedAt?.toISOString() ?? '' }, 'deleted')
  }
}
