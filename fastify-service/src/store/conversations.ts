import type { Prisma } from '@meeshy/shared/generated/prisma/client'
import { newId } from '@meeshy/shared/ids'
import { requireNoBlock } from './blocks.js'
import type { GatewayTables } from './database.js'
import { publicColumns } from './users.js'
import { isUniqueViolation } from './violations.js'

type Conversations = Pick<GatewayTables, 'conversation'>
type SummaryRow = NonNullable<Awaited<ReturnType<typeof findRow>>>
type MemberRow = SummaryRow['members'][number]

const memberColumns = { userId: true, role: true, joinedAt: true, user: { select: publicColumns } } as const

const conversationColumns = {
  id: true,
  type: true,
  title: true,
  version: true,
  createdById: true,
  createdAt: true,
  updatedAt: true,
  lastActivityAt: true,
} as const

/** A conversation as one of its members sees it. */
export type Conversation = NonNullable<Awaited<ReturnType<typeof readConversation>>>

/** A conversation in a list: without its members, but with the other one of a direct conversation. */
export type ConversationSummary = ReturnType<typeof toSummary>

/**
 * The conversation of a pair: there is one, however often and by whomever it is asked for.
 *
 * @throws Problem forbidden when there is none yet and one has blocked the other
 */
export async function createDirect(
  tables: Pick<GatewayTables, 'conversation' | 'block'>,
  creatorId: string,
  otherId: string,
): Promise<{ id: string; created: boolean }> {
  const directKey = [creatorId, otherId].sort().join(':')
  const existing = await findDirect(tables, directKey)
  if (existing) return { id: existing.id, created: false }
  await requireNoBlock(tables, creatorId, [otherId])
  const members = [creatorId, otherId].map((userId) => ({ userId }))
  try {
    const { id } = await create(tables, { type: 'direct', directKey, createdById: creatorId }, members)
    return { id, created: true }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    const first = await findDirect(tables, directKey)
    if (!first) throw error
    return { id: first.id, created: false }
  }
}

/** A new group, owned by its creator; `memberIds` are the others, each once. */
export async function createGroup(
  tables: Conversations,
  creatorId: string,
  { title, memberIds }: { title: string; memberIds: string[] },
): Promise<{ id: string }> {
  const members = [{ userId: creatorId, role: 'owner' }, ...memberIds.map((userId) => ({ userId }))]
  return create(tables, { type: 'group', title, createdById: creatorId }, members)
}

/** Null when there is none, or none that this user may see. */
export async function readConversation(tables: Conversations, id: string, userId: string) {
  const row = await findRow(tables, id, userId)
  return row && { ...toSummary(row, userId, row.members.length), members: row.members.map(toMember) }
}

interface Position {
  lastActivityAt: Date
  id: string
}

export interface ConversationPage {
  limit: number
  /** Where the page before ended. */
  after?: Position
}

/** The user's conversations, latest activity first; one more than `limit`. */
export async function listConversations(
  tables: Pick<GatewayTables, 'conversationMember'>,
  userId: string,
  { limit, after }: ConversationPage,
): Promise<ConversationSummary[]> {
  // From the memberships of one person, which an index answers, and not from all conversations.
  const rows = await tables.conversationMember.findMany({
    where: { userId, ...(after && { conversation: olderThan(after) }) },
    orderBy: latestActivityFirst,
    take: limit + 1,
    select: {
      conversation: {
        select: {
          ...conversationColumns,
          // Of a group only one's own membership: a page of large groups would be thousands of people.
          members: { where: { OR: [{ userId }, { conversation: { type: 'direct' } }] }, select: memberColumns },
        },
      },
    },
  })
  const counts = await countMembers(
    tables,
    rows.map(({ conversation }) => conversation.id),
  )
  return rows.map(({ conversation }) => toSummary(conversation, userId, counts.get(conversation.id) ?? 0))
}

/** Of these conversations only: Prisma's `_count` would count the members of all. */
async function countMembers(tables: Pick<GatewayTables, 'conversationMember'>, ids: string[]) {
  const groups = await tables.conversationMember.groupBy({
    by: 'conversationId',
    where: { conversationId: { in: ids } },
    _count: true,
  })
  return new Map(groups.map(({ conversationId, _count }) => [conversationId, _count]))
}

/** Order of a person's memberships, newest message first. */
export const latestActivityFirst = [
  { conversation: { lastActivityAt: 'desc' } },
  { conversationId: 'desc' },
] satisfies Prisma.ConversationMemberOrderByWithRelationInput[]

function olderThan({ lastActivityAt: at, id }: Position) {
  return { OR: [{ lastActivityAt: { lt: at } }, { lastActivityAt: at, id: { lt: id } }] }
}

function findDirect(tables: Conversations, directKey: string) {
  return tables.conversation.findUnique({ where: { directKey }, select: { id: true } })
}

/** The conversation and its members in one statement, so that there is never one without the other. */
function create(
  tables: Conversations,
  conversation: { type: 'direct' | 'group'; title?: string; directKey?: string; createdById: string },
  members: Array<{ userId: string; role?: string }>,
) {
  return tables.conversation.create({
    data: { ...conversation, id: newId(), members: { createMany: { data: members } } },
    select: { id: true },
  })
}

function findRow(tables: Conversations, id: string, userId: string) {
  return tables.conversation.findUnique({
    where: { id, members: { some: { userId } } },
    select: {
      ...conversationColumns,
      members: { select: memberColumns, orderBy: [{ joinedAt: 'asc' }, { userId: 'asc' }] },
    },
  })
}

function toSummary(row: SummaryRow, userId: string, memberCount: number) {
  const peer = row.type === 'direct' ? row.members.find((member) => member.userId !== userId) : undefined
  return {
    id: row.id,
    type: row.type,
    title: row.title,
    version: row.version,
    createdById: row.createdById,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    lastActivityAt: row.lastActivityAt.toISOString(),
    memberCount,
    role: row.members.find((member) => member.userId === userId)?.role ?? 'member',
    peer: peer ? peer.user : null,
  }
}

function toMember({ user, role, joinedAt }: MemberRow) {
  return { user, role, joinedAt: joinedAt.toISOString() }
}
