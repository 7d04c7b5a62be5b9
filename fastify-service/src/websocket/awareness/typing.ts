import type { Logger } from '@meeshy/shared/logging'
import type { Rooms } from '../../store/conversations/rooms.js'
import type { Hub } from '../hub.js'
import type { AwarenessLimits } from '../limits.js'
import type { People } from './presence-people.js'
import { withoutPeople } from './presence-withdrawal.js'
import { composeTyping } from './typing-compose.js'

/** Of one person at a time; in further ones they are not shown. */
const mostPlaces = 20

/** A conversation in which somebody is typing, or was just now. */
interface Place {
  /** By person, when they count as typing no more. */
  typers: Map<string, number>
  /** Who has begun, gone on or ended since it was told last. */
  changed: Set<string>
  /** Who has to be told whatever has changed. */
  owed: Set<string>
  toldAt: number
}

interface TypingOptions {
  hub: Hub
  rooms: Rooms
  people: Pick<People, 'mayMeet'>
  limits: Pick<AwarenessLimits, 'typingMs' | 'typingEveryMs' | 'smallRoomMembers'>
  log: Logger
}

/** Who is typing where. It ends by itself, and nobody is told in rooms that are not small. */
export class Typing {
  readonly #options: TypingOptions
  readonly #places = new Map<string, Place>()
  /** By person, the conversations in which they are typing. */
  readonly #placesOf = new Map<string, Set<string>>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: TypingOptions) {
    this.#options = options
  }

  /** A member is typing, from now on or still. */
  start(conversationId: string, userId: string): void {
    const theirs = this.#placesOf.get(userId) ?? new Set()
    if (this.#closed || (theirs.size >= mostPlaces && !theirs.has(conversationId))) return
    this.#placesOf.set(userId, theirs.add(conversationId))
    const place = this.#places.get(conversationId) ?? this.#open(conversationId)
    place.typers.set(userId, Date.now() + this.#options.limits.typingMs)
    place.changed.add(userId)
    this.#tellInTime(conversationId, place)
  }

  /** Somebody types there no more: they said so, sent their message, or left. */
  stop(conversationId: string, userId: string): void {
    const place = this.#places.get(conversationId)
    if (!place?.typers.has(userId)) return
    this.#end(conversationId, place, userId)
    this.#tellInTime(conversationId, place)
  }

  /** Ends what somebody typed whose last socket has gone. */
  leave(userId: string): void {
    if (this.#options.hub.connectionsOf(userId).size > 0) return
    for (const conversationId of [...(this.#placesOf.get(userId) ?? [])]) this.stop(conversationId, userId)
  }

  /** Hides two people from each other; to be called once they may not meet. */
  block(userId: string, otherId: string): void {
    this.#hide(userId, otherId)
    this.#hide(otherId, userId)
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    this.#places.clear()
  }

  #hide(typerId: string, readerId: string): void {
    const hidden = new Set([typerId])
    for (const connection of this.#options.hub.connectionsOf(readerId)) {
      connection.revise((frame) => withoutPeople(frame, hidden))
    }
    for (const conversationId of this.#placesOf.get(typerId) ?? []) {
      const place = this.#places.get(conversationId)
      place?.owed.add(readerId)
      if (place) this.#tellInTime(conversationId, place)
    }
  }

  #open(conversationId: string): Place {
    const place: Place = {
      typers: new Map(),
      changed: new Set(),
      owed: new Set(),
      toldAt: Number.NEGATIVE_INFINITY,
    }
    this.#places.set(conversationId, place)
    this.#timer ??= setInterval(() => this.#tick(), this.#options.limits.typingEveryMs / 2).unref()
    return place
  }

  #end(conversationId: string, place: Place, userId: string): void {
    place.typers.delete(userId)
    place.changed.add(userId)
    const theirs = this.#placesOf.get(userId)
    theirs?.delete(conversationId)
    if (theirs?.size === 0) this.#placesOf.delete(userId)
  }

  #tick(): void {
    const now = Date.now()
    for (const [conversationId, place] of this.#places) {
      for (const [userId, endsAt] of place.typers) if (endsAt <= now) this.#end(conversationId, place, userId)
      this.#tellInTime(conversationId, place)
      if (place.typers.size === 0 && isSettled(place) && this.#isDue(place)) this.#places.delete(conversationId)
    }
    if (this.#places.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #isDue({ toldAt }: Place): boolean {
    return performance.now() - toldAt >= this.#options.limits.typingEveryMs
  }

  /** At once when nothing was told for a while, or else with a later tick. */
  #tellInTime(conversationId: string, place: Place): void {
    if (isSettled(place) || !this.#isDue(place)) return
    place.toldAt = performance.now()
    this.#tell(conversationId, place).catch((error: unknown) => {
      this.#options.log.error('Typing could not be told', { error, conversationId })
    })
  }

  async #tell(conversationId: string, place: Place): Promise<void> {
    const { hub, rooms, people, limits } = this.#options
    const room = await rooms.read(conversationId)
    const { typers, changed, owed } = place
    place.changed = new Set()
    place.owed = new Set()
    if (room.size > limits.smallRoomMembers) {
      for (const userId of typers.keys()) this.#end(conversationId, place, userId)
      place.changed.clear()
      return
    }
    const present = [...room.keys()].filter((userId) => hub.connectionsOf(userId).size > 0)
    const views = composeTyping({
      conversationId,
      present,
      isMember: (id) => room.has(id),
      typers,
      changed,
      owed,
      people,
    })
    for (const { userIds, frame } of views) hub.tell(userIds, frame)
  }
}

/** Whether all that happened there was told. */
function isSettled({ changed, owed }: Place): boolean {
  return changed.size === 0 && owed.size === 0
}
