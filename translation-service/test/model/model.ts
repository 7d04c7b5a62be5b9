import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Language } from '@meeshy/shared/languages'
import { type Reader, readerOf } from '@meeshy/shared/reader-view'

/** What everybody who may see a message is told of it: all but its translations. */
export type Facts = Omit<Message, 'translations' | 'display' | `_${string}`>

export interface Person {
  id: string
  preferred: Language
  understood: Language[]
  active: boolean
  /** How often they have left the group or closed their account. */
  departures: number
}

export interface Membership {
  role: string
  override: Language | null
  autoTranslate: boolean
  /** The last message when they came. */
  joinedSeq: number
}

export interface Sent {
  /** What it was at first: a repeat is compared with it. */
  firstContent: string
  /** As it is after every change, the last one being now. */
  states: Facts[]
}

/** An event about a message itself. */
export interface LogEntry {
  type: 'new' | 'edited' | 'deleted'
  messageId: string
  revision: number
}

/** A conversation as it should be. */
export class Room {
  readonly members = new Map<string, Membership>()
  /** How far people have read; it stays when they leave. */
  readonly marks = new Map<string, number>()
  readonly messages: Sent[] = []
  readonly log: LogEntry[] = []
  /** The last event that was removed because of its age. */
  forgottenTo = 0

  constructor(
    readonly id: string,
    readonly type: 'direct' | 'group',
  ) {}

  get lastSeq(): number {
    return this.messages.length
  }

  /** Up to where somebody has read. */
  readSeq(userId: string): number {
    return this.marks.get(userId) ?? this.members.get(userId)?.joinedSeq ?? 0
  }

  /** Forward only. */
  moveMark(userId: string, seq: number): void {
    if (seq > this.readSeq(userId)) this.marks.set(userId, seq)
  }

  /** Adds a message that was written. */
  append(facts: Facts): void {
    this.messages.push({ firstContent: facts.content, states: [facts] })
    this.log.push({ type: 'new', messageId: facts.id, revision: facts.revision })
    // Who writes has read what stands above.
    this.marks.set(facts.senderId, facts.seq)
  }

  /** Takes in an edit or a deletion. */
  change(sent: Sent, facts: Facts, type: 'edited' | 'deleted'): void {
    sent.states.push(facts)
    this.log.push({ type, messageId: facts.id, revision: facts.revision })
  }
}

/** A message and where it stands. */
export interface Found {
  room: Room
  sent: Sent
  facts: Facts
}

/** What the service should know, in memory: the simplest thing that says which answer is right. */
export class Model {
  /** "blocker blocked" */
  readonly blocks = new Set<string>()

  constructor(
    readonly people: readonly Person[],
    readonly rooms: readonly [Room, Room],
  ) {}

  person(userId: string): Person {
    const person = this.people.find(({ id }) => id === userId)
    if (!person) throw new Error('the model has no such person')
    return person
  }

  /** Null for strangers, people who left, and accounts that are not active. */
  membership(room: Room, userId: string): Membership | null {
    return this.person(userId).active ? (room.members.get(userId) ?? null) : null
  }

  /** What a member reads. */
  reader(room: Room, userId: string): Reader {
    const membership = room.members.get(userId)
    if (!membership) throw new Error('no reader without a membership')
    const { preferred, understood } = this.person(userId)
    const { override: languageOverride, autoTranslate } = membership
    return readerOf({ languageOverride, autoTranslate, preferredLanguage: preferred, understood })
  }

  /** Whether nobody may write here. */
  isBlocked(room: Room, userId: string): boolean {
    if (room.type !== 'direct') return false
    const others = [...room.members.keys()].filter((id) => id !== userId)
    return others.some((id) => this.blocks.has(`${id} ${userId}`) || this.blocks.has(`${userId} ${id}`))
  }

  /** Of both conversations. */
  get messages(): Found[] {
    return this.rooms.flatMap((room) => room.messages.map((sent) => ({ room, sent, facts: now(sent) })))
  }

  find(messageId: string): Found | undefined {
    return this.messages.find(({ facts }) => facts.id === messageId)
  }

  /** The message that somebody's client called so. */
  findSent(senderId: string, clientMessageId: string): Found | undefined {
    return this.messages.find(({ facts }) => facts.senderId === senderId && facts.clientMessageId === clientMessageId)
  }
}

/** What a message is now. */
export function now({ states }: Sent): Facts {
  return states.at(-1) as Facts
}

/** What of a message is a fact. */
export function factsOf(message: Message): Facts {
  const { translations: _, display: __, ...rest } = message
  const named = Object.entries(rest).filter(([name, value]) => !name.startsWith('_') && value !== undefined)
  return Object.fromEntries(named) as Facts
}
