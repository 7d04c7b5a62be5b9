import { setTimeout as delay } from 'node:timers/promises'
import type { HelloData, ResumedData, ServerFrame } from '@meeshy/shared/frames/server-frames'
import { RequestRefused } from '../rest-client.js'
import { FollowedRoom } from './followed-room.js'
import type { PersonalRest, Standing } from './rest.js'

type RoomFrame = Extract<ServerFrame, { conversationId: string; data: { version: number } }>

const repeatMs = 100

/** The conversations of one person, as their frames tell of them. */
export class FollowedRooms {
  readonly #rooms = new Map<string, FollowedRoom>()
  /** What should never happen, in words; those of rooms that are gone as well. */
  readonly violations: string[] = []
  /** Reasons why conversations had to be fetched. */
  readonly resyncs: string[] = []
  /** Conversations of which anything was heard, for those who check; they empty it. */
  readonly heard = new Set<string>()
  /** Grows with every connection: what was asked on an older one counts no more. */
  #connection = 0
  #isConnected = false
  /** Conversations that joined or left while this connection stands. */
  readonly #moved = new Set<string>()
  #listings = 0

  /** @param resume asks for what was missed in new conversations */
  constructor(
    private readonly userId: string,
    private readonly rest: PersonalRest,
    private readonly resume: (ids: readonly string[]) => void,
  ) {}

  get(id: string): FollowedRoom | undefined {
    return this.#rooms.get(id)
  }

  get ids(): string[] {
    return [...this.#rooms.keys()]
  }

  get areCurrent(): boolean {
    return this.#listings === 0 && [...this.#rooms.values()].every((room) => room.isCurrent)
  }

  /** Those of all rooms and those beyond them. */
  get allViolations(): string[] {
    return [...this.violations, ...[...this.#rooms.values()].flatMap(({ violations }) => violations)]
  }

  /** The number of the last event that was seen, 0 for none. */
  positionOf(id: string): number {
    return this.#rooms.get(id)?.lastEventSeq ?? 0
  }

  /** Fetches everything: it reads differently now. */
  fetchAll(): void {
    for (const room of this.#rooms.values()) void this.#fetch(room)
  }

  disconnected(): void {
    this.#connection += 1
    this.#isConnected = false
  }

  /** A new connection stands. @returns the conversations to resume */
  greeted(hello: HelloData['conversations']): string[] {
    this.#connection += 1
    this.#isConnected = true
    this.#moved.clear()
    const before = this.ids
    for (const [id, { version }] of Object.entries(hello)) this.#hear(id, version)
    void this.#list(before)
    for (const room of this.#rooms.values()) {
      if (room.mode === 'fetching') void this.#fetch(room)
      else room.mode = 'resuming'
    }
    return [...this.#rooms.values()].filter(({ mode }) => mode === 'resuming').map(({ id }) => id)
  }

  receive(frame: ServerFrame): void {
    if (frame.type === 'resumed') this.#resumed(frame.data)
    if (!('conversationId' in frame)) return
    this.heard.add(frame.conversationId)
    if ('eventSeq' in frame) this.#rooms.get(frame.conversationId)?.take(frame)
    else if (frame.type === 'message.read') this.#read(frame.conversationId, frame.data)
    else if (frame.type !== 'typing') this.#roomChanged(frame)
  }

  #read(id: string, { userId, seq }: { userId: string; seq: number }): void {
    if (userId === this.userId) this.#rooms.get(id)?.read(seq)
  }

  #roomChanged({ type, conversationId: id, data }: RoomFrame): void {
    const isGone = type === 'conversation.deleted' || (type === 'member.removed' && data.userId === this.userId)
    // Frames of two changes at once may come in another order than their versions.
    if (isGone && data.version < (this.#rooms.get(id)?.version ?? 0)) return
    const isNew = type === 'conversation.created' || (type === 'member.added' && data.userId === this.userId)
    if (isGone || isNew) this.#moved.add(id)
    if (isGone) this.#drop(id)
    if (isGone || (!isNew && !this.#rooms.has(id)) || !this.#hear(id, data.version)) return
    this.resume([id])
    // Where a new member's mark stands.
    void this.#list([])
  }

  #resumed({ conversations }: ResumedData): void {
    for (const [id, part] of Object.entries(conversations)) {
      // That there is nothing for them may be said to anybody who asks.
      if ('events' in part && part.events.length > 0) this.heard.add(id)
      const room = this.#rooms.get(id)
      if (!room) continue
      if ('events' in part) {
        for (const event of part.events) room.apply(event)
        if (!part.more && room.mode === 'resuming') room.mode = 'live'
        continue
      }
      this.resyncs.push(part.reason)
      if (part.reason !== 'not_found') void this.#fetch(room)
    }
  }

  /** Notes a version; true for a conversation that is new. */
  #hear(id: string, version: number): boolean {
    const known = this.#rooms.get(id)
    const room = known ?? new FollowedRoom(id, this.userId)
    this.#rooms.set(id, room)
    room.version = Math.max(room.version, version)
    void this.#refresh(room)
    return !known
  }

  #drop(id: string): void {
    const room = this.#rooms.get(id)
    this.violations.push(...(room?.violations ?? []))
    this.#rooms.delete(id)
  }

  /** Fetches a conversation until it is as new as what was heard of it. */
  async #refresh(room: FollowedRoom): Promise<void> {
    if (room.isRefreshing) return
    room.isRefreshing = true
    while (this.#isConnected && this.#rooms.get(room.id) === room && room.isOutdated) {
      const conversation = await this.rest.conversation(room.id).catch(unlessRefused)
      // Who may not see it any more is told so by a frame, or by the next list.
      if (conversation === 'refused') await delay(repeatMs)
      else if (conversation) room.conversation = conversation
    }
    room.isRefreshing = false
  }

  /** What frames do not tell after a while away: conversations that came or went, and how far was read elsewhere. */
  async #list(before: readonly string[]): Promise<void> {
    this.#listings += 1
    const standings = await this.#whileConnected(() => this.rest.standings(), isComplete)
    if (standings) this.#takeList(standings, before)
    this.#listings -= 1
  }

  #takeList(standings: readonly Standing[], before: readonly string[]): void {
    const listed = new Set(standings.map(({ id }) => id))
    for (const id of before) if (!listed.has(id) && !this.#moved.has(id)) this.#drop(id)
    const fresh: string[] = []
    for (const { id, version, readSeq } of standings) {
      if (this.#moved.has(id) && !this.#rooms.has(id)) continue
      if (this.#hear(id, version)) fresh.push(id)
      this.#rooms.get(id)?.read(readSeq ?? 0)
    }
    if (fresh.length > 0) this.resume(fresh)
  }

  /** In place of events that cannot be told any more. */
  async #fetch(room: FollowedRoom): Promise<void> {
    room.beginFetch()
    const standings = await this.#whileConnected(() => this.rest.standings(), isComplete)
    const standing = standings?.find(({ id }) => id === room.id)
    // The position first: what the history has beyond it comes again as events.
    const history = standing && (await this.#whileConnected(() => this.rest.history(room.id)))
    if (history) room.replace(history, standing)
  }

  /** Asks until there is an answer that will do; undefined when the connection is over. */
  async #whileConnected<Answer>(ask: () => Promise<Answer>, willDo: (answer: Answer) => boolean = () => true) {
    const connection = this.#connection
    while (connection === this.#connection) {
      const answer = await ask().catch(() => null)
      if (connection !== this.#connection) break
      if (answer && willDo(answer)) return answer
      await delay(repeatMs)
    }
    return undefined
  }
}

function isComplete(standings: readonly Standing[]): boolean {
  return standings.every(({ lastEventSeq }) => lastEventSeq !== null)
}

/** Whatever else went wrong may pass. */
function unlessRefused(error: unknown): 'refused' | null {
  return error instanceof RequestRefused && error.status === 404 ? 'refused' : null
}
