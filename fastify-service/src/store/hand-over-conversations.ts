import { chunksOf } from './chunks.js'
import type { GatewayTables } from './database.js'
import { heirKinds, type Kind } from './heirs.js'

type Tables = Pick<GatewayTables, 'conversationMember'>

interface Place {
  conversationId: string
  userId: string
}

/** Each is a condition of its own in a query. */
const placesPerQuery = 100

/**
 * Gives those of these conversations an owner that have none who is active. In few queries, however many they are: the
 * database waits for the end of the transaction.
 *
 * @returns the new owner of each that needed one; null where nobody can be it
 */
export async function handOverConversations(tables: Tables, ids: string[]): Promise<Map<string, string | null>> {
  const heirs = new Map<string, string | null>()
  let waiting = ids
  for (const kind of heirKinds) {
    const found: Place[] = []
    for (const chunk of chunksOf(waiting, placesPerQuery)) {
      const places = await findLongestStanding(tables, chunk, kind)
      if (kind.role !== 'owner') await makeOwners(tables, places)
      found.push(...places)
    }
    const settled = new Set(found.map(({ conversationId }) => conversationId))
    waiting = waiting.filter((id) => !settled.has(id))
    if (kind.role !== 'owner') for (const { conversationId, userId } of found) heirs.set(conversationId, userId)
  }
  for (const id of waiting) heirs.set(id, null)
  return heirs
}

/** The longest-standing member of a kind, of each conversation that has one. */
async function findLongestStanding(tables: Tables, conversationIds: string[], kind: Kind): Promise<Place[]> {
  const times = await tables.conversationMember.groupBy({
    by: 'conversationId',
    where: { conversationId: { in: conversationIds }, ...kind },
    _min: { joinedAt: true },
  })
  const first = times.flatMap(({ conversationId, _min: { joinedAt } }) =>
    joinedAt ? { conversationId, joinedAt } : [],
  )
  if (first.length === 0) return []
  // Who comes with a new conversation has joined at the same moment.
  const people = await tables.conversationMember.groupBy({
    by: 'conversationId',
    where: { OR: first, ...kind },
    _min: { userId: true },
  })
  return people.flatMap(({ conversationId, _min: { userId } }) => (userId === null ? [] : { conversationId, userId }))
}

async function makeOwners(tables: Tables, places: Place[]): Promise<void> {
  if (places.length === 0) return
  const where = { OR: places.map(({ conversationId, userId }) => ({ conversationId, userId })) }
  await tables.conversationMember.updateMany({ where, data: { role: 'owner' } })
}
