import { isDeepStrictEqual } from 'node:util'
import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import type { Language } from '@meeshy/shared/languages'
import type { ChatClient } from '../lib/chat-client.js'
import type { Texts } from '../lib/durability/author.js'
import type { FollowedRoom } from '../lib/follower/followed-room.js'
import { Follower } from '../lib/follower/follower.js'
import type { Conversation, Standing } from '../lib/follower/rest.js'
import { essence } from '../lib/follower/truth.js'
import type { Random } from '../lib/random.js'
import { RequestRefused } from '../lib/rest-client.js'

/** A conversation as its member would fetch it now. */
export interface FetchedRoom {
  standing: Standing
  conversation: Conversation
  history: ClientMessage[]
}

/** Somebody with several devices, and what they would be told if they fetched everything. */
export class Citizen {
  readonly devices: Follower[]
  /** Conversations by id, as fetched last. */
  fetched = new Map<string, FetchedRoom>()
  /** Devices that were away when the language changed. */
  readonly #toReread = new Set<Follower>()

  constructor(
    readonly client: ChatClient,
    readonly texts: ReadonlyMap<Language, Texts>,
    deviceCount: number,
  ) {
    const options = { socketUrl: client.gatewayUrl, person: client }
    this.devices = Array.from({ length: deviceCount }, () => new Follower(options))
    for (const device of this.devices) device.start()
  }

  get id(): string {
    return this.client.id
  }

  get rooms(): FetchedRoom[] {
    return [...this.fetched.values()]
  }

  /** A device that is connected. */
  device(random: Random): Follower {
    return random.pick(this.devices.filter(({ isOnline }) => isOnline)) as Follower
  }

  /** Everything reads differently from now on; like a real client, each device fetches what it shows. */
  reread(): void {
    for (const device of this.devices) this.#toReread.add(device)
  }

  /** In what the devices that are connected differ from a fresh fetch. */
  async differences(): Promise<string[]> {
    const online = this.devices.filter(({ isOnline }) => isOnline)
    for (const device of online) if (device.isCurrent && this.#toReread.delete(device)) device.rooms.fetchAll()
    if (online.some(({ isCurrent }) => !isCurrent)) return ['a device has not caught up']
    const refusal = await this.#fetchAll().catch(whenRefused)
    if (refusal !== undefined) return [refusal]
    return online.flatMap((device) => this.#differencesOf(device))
  }

  async #fetchAll(): Promise<void> {
    const { rest } = this.devices[0] as Follower
    const fetched = new Map<string, FetchedRoom>()
    for (const standing of await rest.standings()) {
      const [conversation, history] = await Promise.all([rest.conversation(standing.id), rest.history(standing.id)])
      fetched.set(standing.id, { standing, conversation, history })
    }
    this.fetched = fetched
  }

  #differencesOf({ rooms }: Follower): string[] {
    const [own, told] = [rooms.ids.sort(), [...this.fetched.keys()].sort()]
    if (!isDeepStrictEqual(own, told)) return [`knows the conversations ${own}, and should ${told}`]
    return this.rooms.flatMap((fetched) => {
      const [built, fresh] = [asBuilt(rooms.get(fetched.standing.id) as FollowedRoom), asFetched(fetched)]
      return Object.entries(fresh).flatMap(([what, value]) => {
        const has = built[what as keyof typeof built]
        return isDeepStrictEqual(has, value) ? [] : [`${what}: ${JSON.stringify(has)} for ${JSON.stringify(value)}`]
      })
    })
  }
}

function asBuilt({ conversation, messages, readSeq, unreadCount, lastSeq }: FollowedRoom) {
  const history = [...messages.values()].sort((a, b) => a.seq - b.seq)
  return { ...shapeOf(conversation), history: history.map(essence), readSeq, unreadCount, lastSeq }
}

function asFetched({ conversation, history, standing }: FetchedRoom) {
  const { readSeq, unreadCount, lastSeq } = standing
  return { ...shapeOf(conversation), history: history.map(essence), readSeq, unreadCount, lastSeq }
}

function shapeOf(conversation: Conversation | null) {
  const members = conversation?.members.map(({ user, role }) => `${user.id} ${role}`).sort()
  return {
    version: conversation?.version,
    title: conversation?.title,
    role: conversation?.role,
    memberCount: conversation?.memberCount,
    members,
  }
}

/** A conversation that is listed and cannot be fetched. */
function whenRefused(error: unknown): string {
  if (error instanceof RequestRefused) return error.message
  throw error
}
