import type { Arguments } from './actions.js'
import { compareReplica } from './compare.js'
import { fetchAll } from './fetch-all.js'
import type { Room } from './model.js'
import { type Scene, watcherKey } from './scene.js'
import { checkStranger } from './strangers.js'
import { pull, push, startWatching } from './watching.js'

const pageLimit = 50

/** A member's clients open a conversation, or anew. */
export async function watch(scene: Scene, { who, room: index, limit }: Arguments<'watch'>): Promise<void> {
  const room = scene.room(index)
  const userId = scene.person(who).id
  if (scene.model.membership(room, userId)) await startWatching(scene, room, userId, limit)
  else await checkStranger(scene, room, userId)
}

/** One of the clients asks for what it missed. */
export async function catchUp(scene: Scene, { which, limit }: Arguments<'catchUp'>): Promise<void> {
  const watchers = [...scene.watchers.values()]
  const watcher = watchers[which % watchers.length]
  if (watcher) await pull(scene, watcher, limit)
}

/** Somebody's clients are up to date now, so they show what a new one would. */
export async function compare(scene: Scene, { who, room: index }: Arguments<'compare'>): Promise<void> {
  const room = scene.room(index)
  const userId = scene.person(who).id
  if (!scene.model.membership(room, userId)) return checkStranger(scene, room, userId)
  if (!scene.held) await scene.settle()
  await compareMember(scene, room, userId, scene.held ? 'translating' : 'quiet')
}

/** Compares the clients of a member with a fresh read, and that with the model. */
export async function compareMember(
  scene: Scene,
  room: Room,
  userId: string,
  state: 'translating' | 'quiet',
): Promise<void> {
  await bringUpToDate(scene, room, userId)
  const fresh = await fetchAll(scene, room, userId, pageLimit)
  const watcher = scene.watchers.get(watcherKey(room, userId))
  if (!watcher) return
  compareReplica(watcher.pulled, fresh.messages, state)
  if (scene.tap.isConnected) compareReplica(watcher.pushed, fresh.messages, state)
}

/** Applies to the clients of a member what has happened until now. */
export async function bringUpToDate(scene: Scene, room: Room, userId: string): Promise<void> {
  const watcher = scene.watchers.get(watcherKey(room, userId))
  if (!watcher) return
  await pull(scene, watcher, pageLimit)
  if (scene.tap.isConnected) await push(scene, watcher, pageLimit)
}
