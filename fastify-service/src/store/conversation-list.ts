import type { Prisma } from '@meeshy/shared/generated/prisma/client'
import {
  type ConversationSummary,
  countMembers,
  membershipColumns,
  readPeers,
  toSummary,
} from './conversation-summary.js'
import type { GatewayTables } from './database.js'

interface Position {
  lastActivityAt: Date
  id: string
}

export interface ConversationPage {
  limit: number
  /** Where the page before ended. */
  after?: Position
  /** Only those that the user has archived, or only the others; all of them when absent. */
  archived?: boolean
  /** Only those of this group. */
  groupId?: string
}

/**
 * The user's conversations, latest activity first; one more than `limit`. Four queries, however many there are: the
 * memberships, their conversations, the people of the direct ones, and the sizes of the groups.
 */
export async function listConversations(
  tables: Pick<GatewayTables, 'conversationMember' | 'user'>,
  userId: string,
  { limit, after, archived, groupId }: ConversationPage,
): Promise<ConversationSummary[]> {
  const filters = [...(groupId === undefined ? [] : [{ groupId }]), ...(after ? [olderThan(after)] : [])]
  // From the memberships of one person, which an index answers, and not from all conversations.
  const rows = await tables.conversationMember.findMany({
    where: {
      userId,
      ...(archived === undefined ? {} : { archived }),
      ...(filters.length > 0 && { conversation: { AND: filters } }),
    },
    orderBy: latestActivityFirst,
    take: limit + 1,
    select: membershipColumns,
  })
  const [peers, counts] = await Promise.all([readPeers(tables, rows, userId), countMembers(tables, rows)])
  return rows.map((row) => toSummary(row, userId, { peers, counts }))
}

/** Order of a person's memberships, newest message first. */
export const latestActivityFirst = [
  { conversation: { lastActivityAt: 'desc' } },
  { conversationId: 'desc' },
] satisfies Prisma.ConversationMemberOrderByWithRelationInput[]

function olderThan({ lastActivityAt: at, id }: Position) {
  return { OR: [{ lastActivityAt: { lt: at } }, { lastActivityAt: at, id: { lt: id } }] }
}
