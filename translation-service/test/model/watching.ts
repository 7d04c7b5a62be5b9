import { expect } from 'vitest'
import { fetchAll } from './fetch-all.js'
import type { Room } from './model.js'
import { isFor, Replica } from './replica.js'
import { type Scene, type Watcher, watcherKey } from './scene.js'

/** Opens a conversation in two clients of a member: both read everything, and follow the events from then on. */
export async function startWatching(scene: Scene, room: Room, userId: string, limit: number): Promise<void> {
  const place = { room, userId }
  const pulled = await openReplica(scene, place, limit)
  const pushed = await openReplica(scene, place, limit)
  scene.watchers.set(watcherKey(room, userId), { ...place, pulled, pushed })
}

async function openReplica(scene: Scene, { room, userId }: Place, limit: number): Promise<Replica> {
  const { resyncs } = scene.tap
  return new Replica(scene.model.reader(room, userId), await fetchAll(scene, room, userId, limit), resyncs)
}

type Place = Pick<Watcher, 'room' | 'userId'>

/** Asks for what was missed, in pages; reads everything anew when that can no longer be told. */
export async function pull(scene: Scene, watcher: Watcher, limit: number): Promise<void> {
  const { room, userId, pulled } = watcher
  for (let hasMore = true; hasMore; ) {
    const after = pulled.lastEventSeq
    const page = await scene.client.events({ conversationId: room.id, userId, afterEventSeq: after, limit })
    expect(page.resyncReason).toBe(after < room.forgottenTo ? 'retention' : undefined)
    if (page.resyncReason) {
      watcher.pulled = await openReplica(scene, watcher, limit)
      return
    }
    checkPage(after, page)
    for (const event of page.events) {
      expect(isFor(pulled.reader, event), 'an event for this reader').toBe(true)
      pulled.apply(event)
    }
    pulled.lastEventSeq = page.lastEventSeq
    hasMore = page.hasMore
  }
}

function checkPage(after: number, page: Awaited<ReturnType<Scene['client']['events']>>): void {
  const seqs = page.events.map(({ eventSeq }) => eventSeq)
  expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other))
  for (const seq of seqs) expect(seq > after && seq <= page.lastEventSeq).toBe(true)
  expect(page.lastEventSeq).toBeGreaterThanOrEqual(page.hasMore ? after + 1 : after)
}

/** Applies what the stream has told; reads everything anew when the stream had to begin elsewhere. */
export async function push(scene: Scene, watcher: Watcher, limit: number): Promise<void> {
  const { tap } = scene
  const { room, pushed } = watcher
  if (pushed.resyncs !== tap.resyncs) {
    watcher.pushed = await openReplica(scene, watcher, limit)
    return
  }
  await tap.waitForEvent(room.id, await scene.lastEventSeq(room))
  for (const event of tap.after(room.id, pushed.lastEventSeq)) if (isFor(pushed.reader, event)) pushed.apply(event)
}
