import type { GatewayTables } from '../database.js'
import { keyOf, type PublicUser, publicColumns } from './users.js'

export interface UserSearch {
  text: string
  /** Who searches. */
  searcherId: string
  limit: number
  /** The username of the last one on the page before. */
  after?: string
}

/** Where a key begins with this text: as a range, which an index answers. */
export function beginsWith(text: string): { gte: string; lt: string } {
  const key = keyOf(text)
  return { gte: key, lt: `${key}\u{10ffff}` }
}

/**
 * People whose username or name begins with the text, by username; one more than `limit`. Not found are guests, who has
 * left, and who has blocked the searcher.
 */
export async function searchUsers(
  tables: Pick<GatewayTables, 'user'>,
  { text, searcherId, limit, after }: UserSearch,
): Promise<PublicUser[]> {
  return tables.user.findMany({
    where: {
      deactivatedAt: null,
      role: { not: 'GUEST' },
      blocksMade: { none: { blockedId: searcherId } },
      OR: [{ usernameKey: beginsWith(text) }, { displayNameKey: beginsWith(text) }],
      ...(after === undefined ? {} : { usernameKey: { gt: keyOf(after) } }),
    },
    orderBy: { usernameKey: 'asc' },
    take: limit + 1,
    select: publicColumns,
  })
}
