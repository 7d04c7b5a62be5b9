import type { Language } from '@meeshy/shared/languages'
import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import type { Person as TestPerson, TestService } from '../start-service.js'
import type { Membership, Person } from './model.js'
import { Model, Room } from './model.js'
import type { Replica } from './replica.js'
import type { Stage } from './stage.js'
import { Tap } from './tap.js'

/** The first two have the direct conversation, the first four the group; the fifth is a stranger who may join it. */
const cast: readonly (TestPerson & { reads: Language; understood: Language[] })[] = [
  { reads: 'fr', understood: [] },
  { reads: 'en', understood: ['es', 'de'] },
  { reads: 'de', understood: [], autoTranslate: false },
  { reads: 'es', understood: [], role: 'moderator' },
  // Not in Latin letters, which the fake model writes: translations for this one are skipped.
  { reads: 'ru', understood: [] },
]

const settleLimitMs = 8_000

/** A member whose clients show a conversation: one that asks for what it missed, and one that is told by the stream. */
export interface Watcher {
  room: Room
  userId: string
  pulled: Replica
  pushed: Replica
}

/** New people and conversations on a running service, and beside it the model of what they should see. */
export class Scene {
  /** By `watcherKey`. */
  readonly watchers = new Map<string, Watcher>()
  /** Checks of calls that wait for a translation: each waits for its answer. */
  readonly waiting: Array<() => Promise<void>> = []
  /** Whether the model was told to fail in this scene. */
  mayFail = false
  /** Whether the model answers only later. */
  held = false
  #fresh = 0

  private constructor(
    readonly stage: Stage,
    readonly model: Model,
    readonly tap: Tap,
    readonly tag: string,
  ) {}

  /** @param tag is in every text of the scene, so that none knows the translation memory of another */
  static async open(stage: Stage, tag: string): Promise<Scene> {
    const model = await createPeople(stage.test)
    const tap = new Tap(model.rooms.map(({ id }) => id))
    await tap.connect(stage.test.client, 0)
    return new Scene(stage, model, tap, tag)
  }

  get client(): ContractClient {
    return this.stage.test.client
  }

  /** Plays the gateway, which owns people and rooms. */
  get gateway(): TestService['people'] {
    return this.stage.test.people
  }

  /** One of the five. */
  person(index: number): Person {
    return this.model.people[index] as Person
  }

  /** The direct conversation or the group. */
  room(index: number): Room {
    return this.model.rooms[index] as Room
  }

  /** An id that no other call has. */
  freshId(): string {
    this.#fresh += 1
    return `${this.tag}-${this.#fresh}`
  }

  /** The message that an action means, or one that does not exist while there is none. */
  messageId(back: number): string {
    const newestFirst = this.model.messages
      .map(({ facts }) => facts.id)
      .sort()
      .reverse()
    return newestFirst[back % newestFirst.length] ?? 'no-message'
  }

  /** Number of the last event. */
  async lastEventSeq(room: Room): Promise<number> {
    const state = await this.gateway.conversationState.findUnique({ where: { conversationId: room.id } })
    return state?.lastEventSeq ?? 0
  }

  /** Keeps back what the model says. */
  hold(): void {
    this.stage.translator.block()
    this.held = true
  }

  /** Lets the model speak. */
  release(): void {
    this.stage.translator.release()
    this.held = false
  }

  /** Lets everything that is under way come to its end: no translation is pending, and nothing more will happen. */
  async settle(): Promise<void> {
    this.release()
    for (const check of this.waiting.splice(0)) await check()
    await waitFor(() => this.#isQuiet(), { what: 'the end of all translations', timeoutMs: settleLimitMs })
  }

  async #isQuiet(): Promise<boolean> {
    const { database, queue } = this.stage.test.service.context
    // What a reader lacks is asked for after they have been answered; those writes come before this one.
    await database.write(() => Promise.resolve())
    const conversationId = { in: this.model.rooms.map(({ id }) => id) }
    const where = { status: 'pending', message: { conversationId } }
    return queue.size === 0 && (await this.gateway.messageTranslation.count({ where })) === 0
  }

  /** Ends what the scene has begun, whatever state it is in. */
  close(): void {
    this.release()
    this.tap.cut()
  }
}

export function watcherKey(room: Room, userId: string): string {
  return `${room.id} ${userId}`
}

async function createPeople(test: TestService): Promise<Model> {
  const readers = cast.map(({ understood, ...person }) => ({ ...person, understands: understood.join(',') }))
  const { conversationId: groupId, memberIds } = await test.createRoom(readers)
  const [first, second, , , stranger] = memberIds as [string, string, string, string, string]
  await test.people.conversationMember.deleteMany({ where: { userId: stranger } })
  const directId = `${groupId}:direct`
  await test.people.conversation.create({ data: { id: directId, type: 'direct', createdById: first } })
  const pair = [first, second].map((userId) => ({ conversationId: directId, userId }))
  await test.people.conversationMember.createMany({ data: pair })
  const rooms: [Room, Room] = [new Room(directId, 'direct'), new Room(groupId, 'group')]
  const people = memberIds.map((id, index): Person => {
    const { reads, understood } = cast[index] as (typeof cast)[number]
    return { id, preferred: reads, understood, active: true, departures: 0 }
  })
  for (const [index, userId] of memberIds.entries()) {
    if (index < 2) rooms[0].members.set(userId, membership())
    if (index < 4) rooms[1].members.set(userId, membership(cast[index]))
  }
  return new Model(people, rooms)
}

function membership({ role = 'member', autoTranslate = true }: Partial<TestPerson> = {}): Membership {
  return { role, autoTranslate, override: null, joinedSeq: 0 }
}
