import { randomUUID } from 'node:crypto'
import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import type { Language } from '@meeshy/shared/languages'
import type { Random } from '../lib/random.js'
import type { Citizen, FetchedRoom } from './town.js'

/** Somebody, one of their conversations, and everybody. */
export interface Scene {
  random: Random
  actor: Citizen
  room: FetchedRoom
  everybody: readonly Citizen[]
}

const languages: Language[] = ['fr', 'en', 'de']
const roles = ['owner', 'admin', 'moderator', 'member']

/** What people do; the gateway may refuse some of it. Undefined is returned where there is nothing to do it with. */
export const actions = {
  'send by socket': async ({ random, actor, room }: Scene) =>
    actor
      .device(random)
      .ask('message.send', { ...place(room), ...draft(random, actor), clientMessageId: randomUUID() }),
  'send by REST': async ({ random, actor, room }: Scene) =>
    actor.client.request('POST', `${pathOf(room)}/messages`, draft(random, actor)),
  'edit by socket': async ({ random, actor, room }: Scene) => {
    const message = ownMessage(actor, room, random)
    return message && actor.device(random).ask('message.edit', { messageId: message.id, ...draft(random, actor) })
  },
  'edit by REST': async ({ random, actor, room }: Scene) => {
    const message = ownMessage(actor, room, random)
    return message && actor.client.request('PUT', `/api/messages/${message.id}`, draft(random, actor))
  },
  'delete a message': async ({ random, actor, room }: Scene) => {
    const message = random.pick(room.history)
    return message && actor.device(random).ask('message.delete', { messageId: message.id })
  },
  'read by socket': async ({ random, actor, room }: Scene) =>
    actor.device(random).ask('message.read', { ...place(room), seq: random.integer(0, room.history.length) }),
  'read by REST': async ({ random, actor, room }: Scene) =>
    actor.client.request('POST', `${pathOf(room)}/read`, { seq: random.integer(0, room.history.length) }),
  'add a member': async ({ random, actor, room, everybody }: Scene) =>
    actor.client.request('POST', `${pathOf(room)}/members`, { userId: random.pick(everybody)?.id }),
  'remove a member': async ({ random, actor, room }: Scene) =>
    actor.client.request('DELETE', `${pathOf(room)}/members/${random.pick(room.conversation.members)?.user.id}`),
  'change a role': async ({ random, actor, room }: Scene) => {
    const userId = random.pick(room.conversation.members)?.user.id
    return actor.client.request('PUT', `${pathOf(room)}/members/${userId}`, { role: random.pick(roles) })
  },
  leave: async ({ actor, room }: Scene) => actor.client.request('DELETE', `${pathOf(room)}/members/${actor.id}`),
  rename: async ({ random, actor, room }: Scene) =>
    actor.client.request('PUT', pathOf(room), { title: `Room ${random.integer(1, 1000)}` }),
  'change the language': async ({ random, actor }: Scene) => {
    await actor.client.request('PUT', '/api/users/me', { preferredLanguage: random.pick(languages) })
    actor.reread()
    return true
  },
  'change the settings': async ({ random, actor, room }: Scene) => {
    const languageOverride = random.pick([...languages, null])
    await actor.client.request('PUT', `${pathOf(room)}/settings`, {
      languageOverride,
      autoTranslate: random.next() < 0.7,
    })
    actor.reread()
    return true
  },
  'block somebody': async ({ random, actor, everybody }: Scene) =>
    actor.client.request('POST', `/api/users/${otherThan(actor, everybody, random)}/block`),
  'end a block': async ({ random, actor, everybody }: Scene) =>
    actor.client.request('DELETE', `/api/users/${otherThan(actor, everybody, random)}/block`),
  'make a group': async ({ random, actor, everybody }: Scene) => {
    const memberIds = everybody.filter(() => random.next() < 0.5).map(({ id }) => id)
    return actor.client.request('POST', '/api/conversations', { type: 'group', title: 'New', memberIds })
  },
  'open a direct conversation': async ({ random, actor, everybody }: Scene) => {
    const memberIds = [otherThan(actor, everybody, random)]
    return actor.client.request('POST', '/api/conversations', { type: 'direct', memberIds })
  },
  'join by a link': async ({ random, actor, room, everybody }: Scene) => {
    const body = { conversationId: room.standing.id }
    const { id } = await actor.client.request<{ id: string }>('POST', '/api/share-links', body)
    const joining = random.pick(everybody)
    return joining?.client.request('POST', `/api/share-links/${id}/join`, {})
  },
  'delete a conversation': async ({ actor, room }: Scene) => actor.client.request('DELETE', pathOf(room)),
  reconnect: async ({ random, actor }: Scene) => {
    actor.device(random).cut()
    return true
  },
  'go away': async ({ random, actor }: Scene) => {
    const online = actor.devices.filter(({ isOnline }) => isOnline)
    // One of them stays to see what happens.
    return online.length > 1
      ? random
          .pick(online)
          ?.stop()
          .then(() => true)
      : undefined
  },
  'come back': async ({ actor }: Scene) => {
    const away = actor.devices.find(({ isOnline }) => !isOnline)
    away?.start()
    return away && true
  },
} satisfies Record<string, (scene: Scene) => Promise<unknown>>

export type Action = keyof typeof actions

const often: Action[] = ['send by socket', 'send by REST', 'edit by socket', 'edit by REST', 'delete a message']
const rare: Action[] = ['delete a conversation', 'leave']

/** How often each is done beside the others. */
export const wheel: Action[] = (Object.keys(actions) as Action[]).flatMap((action) => {
  if (rare.includes(action)) return [action]
  return Array<Action>(often.includes(action) ? 6 : 3).fill(action)
})

function place({ standing }: FetchedRoom) {
  return { conversationId: standing.id }
}

function pathOf({ standing }: FetchedRoom): string {
  return `/api/conversations/${standing.id}`
}

/** Written in any of the languages. */
function draft(random: Random, { texts }: Citizen) {
  const originalLanguage = random.pick(languages) ?? 'en'
  return { content: texts.get(originalLanguage)?.next() ?? '', originalLanguage }
}

function ownMessage({ id }: Citizen, { history }: FetchedRoom, random: Random): ClientMessage | undefined {
  return random.pick(history.filter(({ senderId }) => senderId === id))
}

function otherThan({ id }: Citizen, everybody: readonly Citizen[], random: Random): string {
  return random.pick(everybody.filter((one) => one.id !== id))?.id ?? ''
}
