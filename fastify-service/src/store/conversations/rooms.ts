import { parseLanguageList } from '@meeshy/shared/languages'
import { type Reader, readerOf } from '@meeshy/shared/reader-view'
import { LRUCache } from 'lru-cache'
import type { GatewayTables } from '../database.js'

/** userId → what that member reads in this conversation. */
export type Room = ReadonlyMap<string, Reader>

const cachedRooms = 10_000

interface Entry {
  reading: Promise<Room>
  /** Null while it is being read. */
  room: Room | null
  /** What was read, or is being read, may be old. */
  forgotten: boolean
}

/**
 * Members and their reading languages, as the fan-out needs them for every event. Kept in memory; whoever changes
 * members or languages calls `forget` or `forgetUser` after the commit.
 */
export class Rooms {
  readonly #tables: Pick<GatewayTables, 'conversationMember'>
  readonly #entries = new LRUCache<string, Entry>({ max: cachedRooms })

  constructor(tables: Pick<GatewayTables, 'conversationMember'>) {
    this.#tables = tables
  }

  /** The members of a conversation; empty when there is none. */
  async read(conversationId: string): Promise<Room> {
    for (;;) {
      const entry = this.#entries.get(conversationId) ?? this.#load(conversationId)
      const room = await entry.reading
      if (!entry.forgotten) return room
    }
  }

  /** What one person reads in a conversation; undefined when they are not a member or there is none. */
  async reader(conversationId: string, userId: string): Promise<Reader | undefined> {
    return (await this.read(conversationId)).get(userId)
  }

  forget(conversationId: string): void {
    const entry = this.#entries.peek(conversationId)
    if (entry) this.#drop(conversationId, entry)
  }

  /** Forgets the conversations of somebody who changed their languages, and those that may be theirs. */
  forgetUser(userId: string): void {
    for (const [conversationId, entry] of [...this.#entries.entries()]) {
      if (!entry.room || entry.room.has(userId)) this.#drop(conversationId, entry)
    }
  }

  #load(conversationId: string): Entry {
    const entry: Entry = { reading: readRoom(this.#tables, conversationId), room: null, forgotten: false }
    this.#entries.set(conversationId, entry)
    entry.reading.then(
      (room) => {
        entry.room = room
        // Ids that are nobody's would push the others out, and a room may be made under one of them.
        if (room.size === 0) this.#remove(conversationId, entry)
      },
      () => this.#remove(conversationId, entry),
    )
    return entry
  }

  #drop(conversationId: string, entry: Entry): void {
    entry.forgotten = true
    this.#remove(conversationId, entry)
  }

  #remove(conversationId: string, entry: Entry): void {
    if (this.#entries.peek(conversationId) === entry) this.#entries.delete(conversationId)
  }
}

async function readRoom(tables: Pick<GatewayTables, 'conversationMember'>, conversationId: string): Promise<Room> {
  const members = await tables.conversationMember.findMany({
    where: { conversationId },
    select: {
      userId: true,
      languageOverride: true,
      autoTranslate: true,
      user: { select: { preferredLanguage: true, understoodLanguages: true } },
    },
  })
  return new Map(
    members.map(({ user, userId, languageOverride, autoTranslate }) => [
      userId,
      readerOf({
        languageOverride,
        autoTranslate,
        preferredLanguage: user.preferredLanguage,
        understood: parseLanguageList(user.understoodLanguages),
      }),
    ]),
  )
}
