import type { Prisma } from '@meeshy/shared/generated/prisma/client'
import { chunksOf } from './chunks.js'
import { type Role, roles } from './roles.js'

/** A kind of members to look for. */
export interface Kind {
  role: Role
  user: Prisma.UserWhereInput
}

/** Somebody's place in a thing that has members. */
export interface Place {
  id: string
  userId: string
}

/** The members of conversations, or of groups. */
export interface Places {
  /** The longest-standing member of a kind, of each of these things that has one. */
  findFirst(ids: string[], kind: Kind): Promise<Place[]>
  makeOwners(places: Place[]): Promise<void>
}

/**
 * Who is to own a thing whose owner has left, in this order: the longest-standing member of the highest role. People who
 * are deactivated come after all others; guests own nothing.
 */
const heirKinds: readonly Kind[] = [null, { not: null }].flatMap((deactivatedAt) =>
  roles.map((role) => ({ role, user: { deactivatedAt, role: { not: 'GUEST' } } })),
)

/** Each is a condition of its own in a query. */
const placesPerQuery = 100

/**
 * Gives those of these things an owner that have none who is active. In few queries, however many they are: the database
 * waits for the end of the transaction.
 *
 * @returns the new owner of each that needed one; null where nobody can be it
 */
export async function handOver(places: Places, ids: string[]): Promise<Map<string, string | null>> {
  const heirs = new Map<string, string | null>()
  let waiting = ids
  for (const kind of heirKinds) {
    const found: Place[] = []
    for (const chunk of chunksOf(waiting, placesPerQuery)) {
      const first = await places.findFirst(chunk, kind)
      if (kind.role !== 'owner' && first.length > 0) await places.makeOwners(first)
      found.push(...first)
    }
    const settled = new Set(found.map(({ id }) => id))
    waiting = waiting.filter((id) => !settled.has(id))
    if (kind.role !== 'owner') for (const { id, userId } of found) heirs.set(id, userId)
  }
  for (const id of waiting) heirs.set(id, null)
  return heirs
}
