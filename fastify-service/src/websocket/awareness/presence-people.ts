import type { Reads } from '../../store/reads.js'
import type { AwarenessLimits } from '../limits.js'

/** Of one person; in the newest ones. */
const mostRooms = 1_000
/** Whoever has more is shown to nobody, and sees nobody. */
const mostBlocks = 10_000

interface Person {
  /** Their small rooms. */
  rooms: Set<string>
  /** Those with whom there is a block, whoever made it; null for everybody. */
  blocks: Set<string> | null
}

const nobody: ReadonlySet<string> = new Set()

/**
 * Which of the people who are here may see each other: those who share a small room, and between whom there is no
 * block. Read once when somebody comes, and kept by those who announce changes, so that nothing is asked of the
 * database for every change of presence.
 */
export class People {
  readonly #reads: Pick<Reads, 'smallRooms' | 'blocksOf'>
  readonly #smallRoomMembers: number
  readonly #people = new Map<string, Person>()
  /** By small room, who of its members is here. */
  readonly #rooms = new Map<string, Set<string>>()
  #changes = 0

  constructor(
    reads: Pick<Reads, 'smallRooms' | 'blocksOf'>,
    { smallRoomMembers }: Pick<AwarenessLimits, 'smallRoomMembers'>,
  ) {
    this.#reads = reads
    this.#smallRoomMembers = smallRoomMembers
  }

  has(userId: string): boolean {
    return this.#people.has(userId)
  }

  /** Takes somebody in who was not here. */
  async enter(userId: string): Promise<void> {
    while (!this.#people.has(userId)) {
      const changes = this.#changes
      const [rooms, blocks] = await Promise.all([
        this.#reads.smallRooms(userId, { members: this.#smallRoomMembers, limit: mostRooms }),
        this.#reads.blocksOf(userId, mostBlocks + 1),
      ])
      // What was announced meanwhile may not be in what was read.
      if (changes === this.#changes && !this.#people.has(userId)) {
        this.#people.set(userId, { rooms: new Set(rooms), blocks: blocks.length > mostBlocks ? null : new Set(blocks) })
        for (const room of rooms) this.#join(room, userId)
      }
    }
  }

  /** Forgets somebody who is here no more. */
  leave(userId: string): void {
    for (const room of this.#people.get(userId)?.rooms ?? nobody) this.#part(room, userId)
    this.#people.delete(userId)
  }

  /** Whether both are known, and there is no block between them. */
  mayMeet(userId: string, otherId: string): boolean {
    const blocks = this.#people.get(userId)?.blocks
    return !!blocks && !blocks.has(otherId) && !!this.#people.get(otherId)?.blocks
  }

  /** Whether one may see how the other is. */
  see(userId: string, otherId: string): boolean {
    if (!this.mayMeet(userId, otherId)) return false
    const [mine, theirs] = [this.#people.get(userId)?.rooms ?? nobody, this.#people.get(otherId)?.rooms ?? nobody]
    const [fewer, more] = mine.size < theirs.size ? [mine, theirs] : [theirs, mine]
    for (const room of fewer) if (more.has(room)) return true
    return false
  }

  /** Everybody here who may see how somebody is, each once. */
  neighbours(userId: string): Set<string> {
    const found = new Set<string>()
    for (const room of this.#people.get(userId)?.rooms ?? nobody) {
      for (const otherId of this.#rooms.get(room) ?? nobody) {
        if (otherId !== userId && this.mayMeet(userId, otherId)) found.add(otherId)
      }
    }
    return found
  }

  /**
   * Says who is in a room now, nobody when it is gone.
   * @returns the pairs that saw each other there and do no more, or do now
   */
  setMembers(room: string, members: ReadonlyMap<string, unknown>): Array<[string, string]> {
    this.#changes += 1
    const before = new Set(this.#rooms.get(room))
    const after = new Set(this.#here(room, members))
    const gone = [...before].filter((id) => !after.has(id))
    const come = [...after].filter((id) => !before.has(id))
    for (const id of gone) {
      this.#people.get(id)?.rooms.delete(room)
      this.#part(room, id)
    }
    for (const id of come) {
      this.#people.get(id)?.rooms.add(room)
      this.#join(room, id)
    }
    return [...this.#pairs(gone, before), ...this.#pairs(come, after)]
  }

  /** Notes a block between two people. */
  block(userId: string, otherId: string): void {
    this.#changes += 1
    this.#people.get(userId)?.blocks?.add(otherId)
    this.#people.get(otherId)?.blocks?.add(userId)
  }

  /** Looks up whether there is a block between two people still, since either of them can have made one. */
  async unblock(userId: string, otherId: string): Promise<void> {
    for (;;) {
      this.#changes += 1
      const changes = this.#changes
      const blocks = await this.#reads.blocksOf(userId, mostBlocks + 1)
      if (changes !== this.#changes) continue
      if (blocks.length > mostBlocks || blocks.includes(otherId)) return
      this.#people.get(userId)?.blocks?.delete(otherId)
      this.#people.get(otherId)?.blocks?.delete(userId)
      return
    }
  }

  *#here(room: string, members: ReadonlyMap<string, unknown>): Iterable<string> {
    if (members.size > this.#smallRoomMembers) return
    for (const id of members.keys()) {
      const person = this.#people.get(id)
      if (person && (person.rooms.has(room) || person.rooms.size < mostRooms)) yield id
    }
  }

  *#pairs(some: string[], all: ReadonlySet<string>): Iterable<[string, string]> {
    for (const id of some) {
      for (const otherId of all) if (id !== otherId && this.mayMeet(id, otherId)) yield [id, otherId]
    }
  }

  #join(room: string, userId: string): void {
    const here = this.#rooms.get(room)
    if (here) here.add(userId)
    else this.#rooms.set(room, new Set([userId]))
  }

  #part(room: string, userId: string): void {
    const here = this.#rooms.get(room)
    here?.delete(userId)
    if (here?.size === 0) this.#rooms.delete(room)
  }
}
