import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PresenceStatus } from '@meeshy/shared/frames/server-frames'
import type { Logger } from '@meeshy/shared/logging'
import type { Connection } from '../connection.js'
import { encode } from '../delivery/outgoing.js'
import { Slices } from '../delivery/slices.js'
import type { Hub } from '../hub.js'
import type { AwarenessLimits } from '../limits.js'
import { composePresence } from './presence-compose.js'
import type { People } from './presence-people.js'
import { withoutPeople } from './presence-withdrawal.js'
import { Throttle } from './throttle.js'

interface PresenceOptions {
  hub: Hub
  people: People
  limits: Pick<AwarenessLimits, 'presenceEveryMs' | 'presenceGraceMs'>
  log: Logger
}

/**
 * How people are: online on one of their devices, away on all of them, or offline. Changes are collected, and what
 * holds when they are told is told, so that nobody learns of somebody whom they may see no more.
 */
export class Presence {
  readonly #options: PresenceOptions
  readonly #away = new WeakSet<Connection>()
  /** How everybody was when it was told last; offline when absent. */
  readonly #told = new Map<string, PresenceStatus>()
  /** Those without a socket, by when they count as offline; the first is the earliest. */
  readonly #leaving = new Map<string, number>()
  /** Who may be otherwise than was told. */
  readonly #changed = new Set<string>()
  /** By recipient, of whom to tell. */
  #news = new Map<string, Set<string>>()
  readonly #telling: Throttle
  readonly #leaveTimer: NodeJS.Timeout

  constructor(options: PresenceOptions) {
    this.#options = options
    const { presenceEveryMs, presenceGraceMs } = options.limits
    this.#telling = new Throttle(() => this.#tell(), presenceEveryMs)
    this.#leaveTimer = setInterval(() => this.#endGraces(), presenceGraceMs / 4).unref()
  }

  /** Takes in somebody who has a socket now. */
  async enter(userId: string): Promise<void> {
    await this.#options.people.enter(userId)
    this.look(userId)
  }

  /** Tells a socket that was greeted how those are whom its user may see, unless nobody is there. */
  greet(connection: Connection): void {
    const { holder } = connection
    if (!holder) return
    const here = [...this.#options.people.neighbours(holder.userId)].filter((userId) => this.#told.has(userId))
    if (here.length === 0) return
    const { users, rest } = composePresence(here, (userId) => this.#toldOf(userId))
    connection.write(encode({ type: 'presence', data: { users } }))
    for (const userId of rest) this.#keep(holder.userId, userId)
  }

  /** Notes whether somebody sits in front of a device. */
  set(connection: Connection, status: 'online' | 'away'): void {
    if (status === 'away') this.#away.add(connection)
    else this.#away.delete(connection)
    if (connection.holder) this.look(connection.holder.userId)
  }

  /** Looks at somebody again whose sockets have changed. */
  look(userId: string): void {
    const { hub, people, limits } = this.#options
    if (!people.has(userId)) return
    if (hub.connectionsOf(userId).size === 0) {
      if (!this.#leaving.has(userId)) this.#leaving.set(userId, performance.now() + limits.presenceGraceMs)
      return
    }
    this.#leaving.delete(userId)
    if (this.#statusOf(userId) !== this.#told.get(userId)) this.#change(userId)
  }

  /** Says who is in a conversation now, nobody when it is gone: some see each other from now on, or no more. */
  setMembers(conversationId: string, members: ReadonlyMap<string, unknown>): void {
    for (const pair of this.#options.people.setMembers(conversationId, members)) this.#noteBoth(...pair)
  }

  /** Hides two people from each other. */
  block(userId: string, otherId: string): void {
    const { people } = this.#options
    const saw = people.see(userId, otherId)
    people.block(userId, otherId)
    if (saw) this.#noteBoth(userId, otherId)
  }

  /** Lets two people see each other again, unless the other one does not want to either. */
  async unblock(userId: string, otherId: string): Promise<void> {
    const { people } = this.#options
    await people.unblock(userId, otherId)
    if (people.see(userId, otherId)) this.#noteBoth(userId, otherId)
  }

  /** Tells nobody anything any more. */
  close(): void {
    this.#telling.close()
    clearInterval(this.#leaveTimer)
  }

  #statusOf(userId: string): PresenceStatus {
    const connections = this.#options.hub.connectionsOf(userId)
    if (connections.size === 0) return 'offline'
    for (const connection of connections) if (!this.#away.has(connection)) return 'online'
    return 'away'
  }

  #toldOf(userId: string): PresenceStatus {
    return this.#told.get(userId) ?? 'offline'
  }

  #endGraces(): void {
    const now = performance.now()
    for (const [userId, endsAt] of this.#leaving) {
      if (endsAt > now) return
      this.#leaving.delete(userId)
      this.#change(userId)
    }
  }

  #change(userId: string): void {
    this.#changed.add(userId)
    this.#telling.ask()
  }

  /** Two people see each other from now on, or no more. */
  #noteBoth(userId: string, otherId: string): void {
    if (!this.#options.people.see(userId, otherId)) {
      this.#withdraw(userId, otherId)
      this.#withdraw(otherId, userId)
    }
    this.#note(userId, otherId)
    this.#note(otherId, userId)
  }

  /** Takes back what waits for somebody of one whom they may see no more. */
  #withdraw(recipientId: string, userId: string): void {
    const hidden = new Set([userId])
    for (const connection of this.#options.hub.connectionsOf(recipientId)) {
      connection.revise((frame) => withoutPeople(frame, hidden))
    }
  }

  /** Somebody is to learn how another one is; who was offline for everybody needs no word. */
  #note(recipientId: string, userId: string): void {
    if (this.#told.has(userId)) this.#keep(recipientId, userId)
  }

  #keep(recipientId: string, userId: string): void {
    const news = this.#news.get(recipientId)
    if (news) news.add(userId)
    else this.#news.set(recipientId, new Set([userId]))
    this.#telling.ask()
  }

  async #tell(): Promise<void> {
    const slices = new Slices()
    try {
      for (const userId of this.#changed) {
        this.#changed.delete(userId)
        this.#spread(userId)
        await giveWay(slices)
      }
      const news = this.#news
      this.#news = new Map()
      for (const [recipientId, userIds] of news) {
        this.#tellOne(recipientId, userIds)
        await giveWay(slices)
      }
    } catch (error) {
      this.#options.log.error('Presence could not be told', { error })
    }
  }

  /** Takes over how somebody is now, and notes it for everybody who may see it. */
  #spread(userId: string): void {
    const { people } = this.#options
    const status = this.#statusOf(userId)
    const isGone = status === 'offline'
    // They may come back in time.
    if (isGone && this.#leaving.has(userId)) return
    if (!isGone) {
      if (this.#told.get(userId) === status) return
      this.#told.set(userId, status)
    }
    for (const recipientId of people.neighbours(userId)) this.#note(recipientId, userId)
    if (!isGone) return
    this.#told.delete(userId)
    people.leave(userId)
  }

  #tellOne(recipientId: string, userIds: Set<string>): void {
    const { hub, people } = this.#options
    const { users, rest } = composePresence(userIds, (userId) =>
      people.see(recipientId, userId) ? this.#toldOf(userId) : 'offline',
    )
    for (const userId of rest) this.#keep(recipientId, userId)
    hub.tell([recipientId], { type: 'presence', data: { users } })
  }
}

async function giveWay(slices: Slices): Promise<void> {
  if (!slices.isOver()) return
  await nextTurn()
  slices.restart()
}
