import { newId } from '@meeshy/shared/ids'
import { request } from '../../lib/rest-client.js'
import { isRefused, type ObjectKind, type Persona, people, roleInShared } from './people.js'
import type { World } from './world.js'

/** What the path of a route names, as in the routes' policies. */
export type Thing =
  | 'conversation'
  | 'message'
  | 'user'
  | 'session'
  | 'group'
  | 'friendRequest'
  | 'shareLink'
  | 'notification'

/** The id of a thing that is so to this persona; null where there is no such thing. */
export async function idOf(world: World, thing: Thing, persona: Persona, object: ObjectKind): Promise<string | null> {
  if (thing === 'message') await writeMessages(world)
  return finders[thing](world, persona, object)
}

type Finder = (world: World, persona: Persona, object: ObjectKind) => string | null

/** One of several names by whose it is; what never was has none. */
function named(kind: string, ownedByGuests = false): Finder {
  return (world, persona, object) => {
    if (object === 'own' && !people.includes(persona)) return null
    if (object === 'own' && persona === 'guest' && !ownedByGuests) return null
    const names = {
      own: `own of ${persona}`,
      shared: 'shared',
      "other's": 'others',
      deleted: 'deleted',
      missing: 'missing',
    }
    return world.id(`${kind} ${names[object]}`)
  }
}

/** What is one person's and nobody else's. */
function personal(kind: string): Finder {
  return (world, persona, object) => {
    if (object === 'shared') return null
    const names = { own: persona, "other's": 'outsider', deleted: `nobody`, missing: 'missing' }
    return world.id(`${kind} of ${names[object]}`)
  }
}

const finders: Record<Thing, Finder> = {
  conversation: named('room'),
  group: named('group'),
  shareLink: named('link'),
  message: named('message', true),
  notification: personal('notification'),
  session: (world, persona, object) =>
    object === 'deleted' ? world.id(`ended session of ${persona}`) : personal('session')(world, persona, object),
  friendRequest: (world, persona, object) => {
    const names = {
      own: `from ${persona}`,
      shared: `to ${persona}`,
      "other's": 'others',
      deleted: 'deleted',
      missing: '-',
    }
    return world.id(`request ${names[object]}`)
  },
  user: (world, persona, object) => {
    if (object === 'missing') return newId()
    const names = { own: persona, shared: 'target', "other's": 'second outsider', deleted: 'nobody' } as const
    return world.userId(names[object])
  },
}

/** Messages come in through the front door: one of everybody in the shared room, and one of the host that is deleted. */
async function writeMessages(world: World): Promise<void> {
  if (world.has('message shared')) return
  const { database, gatewayUrl } = world.source
  const place = { conversationId: world.id('room shared'), userId: world.userId('ex-member') }
  await database.conversationMember.create({ data: place })
  const write = async (name: string, writer: Parameters<World['soundToken']>[0], room: string) => {
    const path = `/api/conversations/${world.id(`room ${room}`)}/messages`
    const body = { content: `Written by ${writer}`, originalLanguage: 'en' }
    const { id } = await request<{ id: string }>(gatewayUrl, 'POST', path, { token: world.soundToken(writer), body })
    world.remember(`message ${name}`, id)
  }
  await write('shared', 'host', 'shared')
  await write('deleted', 'host', 'shared')
  await write('others', 'outsider', 'others')
  for (const persona of people.filter((one) => !isRefused(one))) {
    const wasThere = persona === 'ex-member' || roleInShared[persona] !== undefined
    await write(`own of ${persona}`, persona, wasThere ? 'shared' : `own of ${persona}`)
  }
  const deleted = `/api/messages/${world.id('message deleted')}`
  await request(gatewayUrl, 'DELETE', deleted, { token: world.soundToken('host') })
  await database.conversationMember.delete({ where: { conversationId_userId: place } })
}
