import type { Event__Output as Event } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import { wantedLanguage } from '@meeshy/shared/reader-view'
import { expect } from 'vitest'
import { bringUpToDate, compareMember } from './clients.js'
import { checkNoneIsPending } from './compare.js'
import { connect } from './luck.js'
import type { Room } from './model.js'
import { type Scene, watcherKey } from './scene.js'
import { checkStranger } from './strangers.js'
import { identityOf } from './tap.js'

/** The end of a scene: everything comes to rest, and everybody looks. */
export async function finish(scene: Scene): Promise<void> {
  await scene.settle()
  await connect(scene, { cursorsBack: 0 })
  for (const [room, userId] of members(scene)) {
    await bringUpToDate(scene, room, userId)
    const watcher = scene.watchers.get(watcherKey(room, userId))
    for (const replica of [watcher?.pulled, watcher?.pushed]) if (replica) checkNoneIsPending(replica)
  }
  // Who looks asks for what they lack, so that nothing is lacking when they look again.
  for (const [room, userId] of members(scene)) await compareMember(scene, room, userId, 'translating')
  await scene.settle()
  for (const [room, userId] of members(scene)) {
    await compareMember(scene, room, userId, 'quiet')
    await checkEvents(scene, room, userId)
  }
  for (const room of scene.model.rooms) checkLog(scene, room)
  for (const [room, userId] of strangers(scene)) await checkStranger(scene, room, userId)
}

function members(scene: Scene): Array<[Room, string]> {
  return everybody(scene).filter(([room, userId]) => scene.model.membership(room, userId))
}

function strangers(scene: Scene): Array<[Room, string]> {
  return everybody(scene).filter(([room, userId]) => !scene.model.membership(room, userId))
}

function everybody({ model }: Scene): Array<[Room, string]> {
  return model.rooms.flatMap((room) => model.people.map(({ id }): [Room, string] => [room, id]))
}

/** Who asks for the events is told what the stream told of them, as far as it is for them. */
async function checkEvents(scene: Scene, room: Room, userId: string): Promise<void> {
  const { tap, client, model } = scene
  const last = await scene.lastEventSeq(room)
  await tap.waitForEvent(room.id, last)
  const [first] = tap.after(room.id, room.forgottenTo)
  const after = first ? first.eventSeq - 1 : last
  const reader = model.reader(room, userId)
  // Which language somebody needs depends on what the message says now.
  const heard = tap.after(room.id, after).filter(({ language, message }) => {
    const originalLanguage = model.find(message?.id ?? '')?.facts.originalLanguage ?? ''
    return language === undefined || language === wantedLanguage(reader, originalLanguage)
  })
  const page = await client.events({ conversationId: room.id, userId, afterEventSeq: after })
  expect(page.events.map(identityOf)).toEqual(heard.map(identityOf))
  expect(page).toMatchObject({ lastEventSeq: last, hasMore: false })
}

/** The stream told of every change to a message, in the order of the changes. */
function checkLog({ tap }: Scene, room: Room): void {
  const heard = tap.after(room.id, 0).filter(({ language }) => language === undefined)
  const told = heard.map(({ type, revision, message }: Event) => ({ type, messageId: message?.id, revision }))
  // What was forgotten before the gateway heard of it is at the beginning.
  expect(told).toEqual(room.log.slice(room.log.length - told.length))
  if (tap.resyncs === 0) expect(told).toHaveLength(room.log.length)
}
