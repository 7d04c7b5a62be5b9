import { waitFor } from '@meeshy/shared/testing/wait-for'
import { expect, it } from 'vitest'
import { awareness, statusOf } from './awareness.js'
import { signIn, type TestSocket } from './socket.js'
import { type Person, startTestGateway } from './support.js'

const smallRoomMembers = 3
const steps = 120

/** A person, with what the test itself knows of them. */
interface Actor extends Person {
  sockets: Map<TestSocket, 'online' | 'away'>
}

it('after any acts in any order, everybody sees those whom they may, as they are, and nobody else', async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
  console.log(`SEED=${seed}`)
  const random = mulberry(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  const limits = { presenceEveryMs: 5, presenceGraceMs: 20, smallRoomMembers }
  const gateway = await startTestGateway({}, { awareness: limits })
  const { add, block, call, person, remove, room, unblock } = awareness(() => gateway)
  const owner = await person()
  const actors: Actor[] = []
  for (let count = 0; count < 5; count += 1) actors.push({ ...(await person()), sockets: new Map() })
  const rooms = new Map<string, Set<Actor>>()
  for (let count = 0; count < 3; count += 1) rooms.set(await room(owner), new Set())
  const blocks = new Set<string>()

  const acts: Array<(actor: Actor, other: Actor, roomId: string) => Promise<unknown>> = [
    async (actor) => {
      if (actor.sockets.size < 3) actor.sockets.set(await signIn(gateway.url, actor.accessToken), 'online')
    },
    async (actor) => {
      const [socket] = actor.sockets.keys()
      socket?.close()
      if (socket) actor.sockets.delete(socket)
    },
    async (actor) => {
      const socket = pick([...actor.sockets.keys()])
      if (!socket) return
      const status = pick(['online', 'away'] as const)
      actor.sockets.set(socket, status)
      await socket.request('presence.set', { status })
    },
    async (actor, _, roomId) => {
      rooms.get(roomId)?.add(actor)
      await add(roomId, owner, actor)
    },
    async (actor, _, roomId) => {
      rooms.get(roomId)?.delete(actor)
      await remove(roomId, owner, actor)
    },
    async (actor, other) => {
      blocks.add(`${actor.user.id} ${other.user.id}`)
      await block(actor, other)
    },
    async (actor, other) => {
      blocks.delete(`${actor.user.id} ${other.user.id}`)
      await unblock(actor, other)
    },
    async (_, __, roomId) => {
      rooms.delete(roomId)
      await call(owner, 'DELETE', `/api/conversations/${roomId}`)
      rooms.set(await room(owner), new Set())
    },
  ]

  const expected = (reader: Actor, actor: Actor) => {
    const isApart = [`${reader.user.id} ${actor.user.id}`, `${actor.user.id} ${reader.user.id}`].some((pair) =>
      blocks.has(pair),
    )
    const shared = [...rooms.values()].some(
      // The owner is a member of every room.
      (members) => members.size < smallRoomMembers && members.has(reader) && members.has(actor),
    )
    if (isApart || !shared || actor.sockets.size === 0) return 'offline'
    return [...actor.sockets.values()].includes('online') ? 'online' : 'away'
  }
  const wrong = () =>
    actors.flatMap((reader) =>
      [...reader.sockets.keys()].flatMap((socket) =>
        actors
          .filter((actor) => actor !== reader && statusOf(socket, actor) !== expected(reader, actor))
          .map((actor) => `${statusOf(socket, actor)} for ${expected(reader, actor)}`),
      ),
    )

  try {
    for (let step = 0; step < steps; step += 1) {
      const actor = pick(actors)
      const other = pick(actors.filter((one) => one !== actor))
      await pick(acts)(actor, other, pick([...rooms.keys()]))
      if (random() < 0.5) continue
      await waitFor(() => wrong().length === 0, { what: `everybody to see what they may after ${step + 1} acts` })
    }
    await waitFor(() => wrong().length === 0, { what: 'everybody to see what they may' })
  } catch (error) {
    expect.fail(`SEED=${seed}: ${String(error)}; ${wrong().join(', ')}`)
  } finally {
    for (const { sockets } of actors) for (const socket of sockets.keys()) socket.close()
    await gateway.close()
  }
}, 60_000)

/** Random numbers that come again with the same seed. */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
