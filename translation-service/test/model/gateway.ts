import type { Language } from '@meeshy/shared/languages'
import type { Arguments } from './actions.js'
import { now, type Room } from './model.js'
import { type Scene, watcherKey } from './scene.js'

/** People come to the group and leave it; nobody leaves a direct conversation. */
export async function join(scene: Scene, { who, role }: Arguments<'join'>): Promise<void> {
  const room = scene.room(1)
  const userId = scene.person(who).id
  if (room.members.has(userId)) return
  const joinedAt = afterLastMessage(room)
  await scene.gateway.conversationMember.create({ data: { conversationId: room.id, userId, role, joinedAt } })
  room.members.set(userId, { role, override: null, autoTranslate: true, joinedSeq: room.lastSeq })
}

/** Two things within one millisecond have no order; here they have. */
function afterLastMessage(room: Room): Date {
  const last = room.messages.at(-1)
  return new Date(Math.max(Date.now(), last ? Date.parse(now(last).createdAt) + 1 : 0))
}

/** What they have read stays known, for when they come back. */
export async function leave(scene: Scene, { who }: Arguments<'leave'>): Promise<void> {
  const room = scene.room(1)
  const person = scene.person(who)
  const userId = person.id
  await scene.gateway.conversationMember.deleteMany({ where: { conversationId: room.id, userId } })
  room.members.delete(userId)
  person.departures += 1
  stopWatching(scene, userId)
}

/** Somebody reads another language everywhere. */
export async function readIn(scene: Scene, { who, language }: Arguments<'readIn'>): Promise<void> {
  const person = scene.person(who)
  await scene.gateway.user.update({ where: { id: person.id }, data: { preferredLanguage: language } })
  person.preferred = language as Language
  stopWatching(scene, person.id)
}

/** Somebody reads originals of other languages. */
export async function understand(scene: Scene, { who, languages }: Arguments<'understand'>): Promise<void> {
  const person = scene.person(who)
  const understoodLanguages = languages.join(',')
  await scene.gateway.user.update({ where: { id: person.id }, data: { understoodLanguages } })
  person.understood = languages as Language[]
  stopWatching(scene, person.id)
}

/** Somebody reads another language in one conversation. */
export async function override(scene: Scene, { who, room, language }: Arguments<'override'>): Promise<void> {
  await changeSettings(scene, scene.room(room), scene.person(who).id, { languageOverride: language })
}

/** Somebody reads originals only, or no more. */
export async function autoTranslate(scene: Scene, { who, room, on }: Arguments<'autoTranslate'>): Promise<void> {
  await changeSettings(scene, scene.room(room), scene.person(who).id, { autoTranslate: on })
}

async function changeSettings(
  scene: Scene,
  room: Room,
  userId: string,
  data: { languageOverride: string | null } | { autoTranslate: boolean },
): Promise<void> {
  const membership = room.members.get(userId)
  if (!membership) return
  await scene.gateway.conversationMember.updateMany({ where: { conversationId: room.id, userId }, data })
  if ('autoTranslate' in data) membership.autoTranslate = data.autoTranslate
  else membership.override = data.languageOverride as Language | null
  stopWatching(scene, userId)
}

/** It matters in the direct conversation, and nowhere else. */
export async function block(scene: Scene, { who, whom, on }: Arguments<'block'>): Promise<void> {
  if (who === whom) return
  const [blockerId, blockedId] = [scene.person(who).id, scene.person(whom).id]
  await scene.gateway.block.deleteMany({ where: { blockerId, blockedId } })
  scene.model.blocks.delete(`${blockerId} ${blockedId}`)
  if (!on) return
  await scene.gateway.block.create({ data: { blockerId, blockedId } })
  scene.model.blocks.add(`${blockerId} ${blockedId}`)
}

/** Closes somebody's account, or opens it again. */
export async function activate(scene: Scene, { who, on }: Arguments<'activate'>): Promise<void> {
  const person = scene.person(who)
  await scene.gateway.user.update({ where: { id: person.id }, data: { deactivatedAt: on ? null : new Date() } })
  person.active = on
  if (!on) person.departures += 1
  stopWatching(scene, person.id)
}

/** Whoever left, or reads something else now, fetches anew when they look again. */
function stopWatching(scene: Scene, userId: string): void {
  for (const room of scene.model.rooms) scene.watchers.delete(watcherKey(room, userId))
}
