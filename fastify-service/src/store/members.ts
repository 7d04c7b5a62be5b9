import { Problem } from '@meeshy/shared/problems'
import { requireNoBlock } from './blocks.js'
import type { GatewayDatabase, GatewayTables } from './database.js'
import { publicColumns } from './users.js'

/** From the one who may do everything to the one who may write. */
export const roles = ['owner', 'admin', 'moderator', 'member'] as const

export type Role = (typeof roles)[number]

/** People in one conversation. */
const memberLimit = 10_000

type Tables = Pick<GatewayTables, 'conversation' | 'conversationMember' | 'block'>

/** Who a user is in a conversation, and which kind it is. */
export interface Membership {
  role: Role
  type: string
}

/** The conversation after a change, for those who are told of it. */
export interface Changed {
  version: number
}

/** @throws Problem not_found for strangers, and where there is no conversation */
export async function requireMembership(tables: Tables, conversationId: string, userId: string): Promise<Membership> {
  const row = await tables.conversationMember.findUnique({
    where: { conversationId_userId: { conversationId, userId } },
    select: { role: true, conversation: { select: { type: true } } },
  })
  if (!row) throw new Problem('not_found')
  return { role: toRole(row.role), type: row.conversation.type }
}

/** @throws Problem forbidden for whoever has less than this role, and in direct conversations, which have none */
export async function requireRole(
  tables: Tables,
  conversationId: string,
  userId: string,
  least: Role,
): Promise<Membership> {
  const membership = await requireMembership(tables, conversationId, userId)
  if (membership.type === 'direct') throw new Problem('forbidden', 'A direct conversation is for two, and stays so.')
  if (outranks(least, membership.role)) throw new Problem('forbidden', `Only ${namesFrom(least)} may do this.`)
  return membership
}

export interface MemberPosition {
  joinedAt: Date
  userId: string
}

/** Members in the order of their joining; one more than `limit`. */
export async function listMembers(
  tables: Tables,
  conversationId: string,
  { limit, after }: { limit: number; after?: MemberPosition },
) {
  const rows = await tables.conversationMember.findMany({
    where: {
      conversationId,
      ...(after && {
        OR: [{ joinedAt: { gt: after.joinedAt } }, { joinedAt: after.joinedAt, userId: { gt: after.userId } }],
      }),
    },
    orderBy: [{ joinedAt: 'asc' }, { userId: 'asc' }],
    take: limit + 1,
    select: { role: true, joinedAt: true, user: { select: publicColumns } },
  })
  return rows.map(({ user, role, joinedAt }) => ({ user, role, joinedAt: joinedAt.toISOString() }))
}

/**
 * Adds somebody as a member; who is one already stays as they are.
 *
 * @returns null when nothing has changed
 * @throws Problem like requireRole; forbidden when one of the two has blocked the other; conversation_full
 */
export function addMember(
  database: GatewayDatabase,
  conversationId: string,
  actorId: string,
  userId: string,
): Promise<Changed | null> {
  return database.transaction(async (tables) => {
    await requireRole(tables, conversationId, actorId, 'moderator')
    const key = { conversationId_userId: { conversationId, userId } }
    if (await tables.conversationMember.findUnique({ where: key, select: { role: true } })) return null
    await requireNoBlock(tables, actorId, [userId])
    const count = await tables.conversationMember.count({ where: { conversationId } })
    if (count >= memberLimit) throw new Problem('conversation_full')
    await tables.conversationMember.create({ data: { conversationId, userId } })
    return changed(tables, conversationId)
  })
}

/**
 * Gives a member another role. Nobody gives or takes a role that is not below their own; an owner may, so that a
 * conversation can be handed over.
 *
 * @throws Problem like requireRole; not_found when they are no member; last_owner
 */
export function changeRole(
  database: GatewayDatabase,
  conversationId: string,
  actorId: string,
  userId: string,
  role: Role,
): Promise<Changed> {
  return database.transaction(async (tables) => {
    const actor = await requireRole(tables, conversationId, actorId, 'admin')
    const target = await requireMembership(tables, conversationId, userId)
    if (!mayRule(actor.role, target.role) || !mayRule(actor.role, role)) throw new Problem('forbidden')
    if (target.role === 'owner' && role !== 'owner') await requireAnotherOwner(tables, conversationId, userId)
    await tables.conversationMember.update({
      where: { conversationId_userId: { conversationId, userId } },
      data: { role },
    })
    return changed(tables, conversationId)
  })
}

/**
 * Removes a member: oneself, or as a moderator somebody of a lower role.
 *
 * @throws Problem not_found, forbidden, last_owner
 */
export function removeMember(
  database: GatewayDatabase,
  conversationId: string,
  actorId: string,
  userId: string,
): Promise<Changed> {
  return database.transaction(async (tables) => {
    const isMe = actorId === userId
    const actor = await requireRole(tables, conversationId, actorId, isMe ? 'member' : 'moderator')
    const target = await requireMembership(tables, conversationId, userId)
    if (!isMe && !mayRule(actor.role, target.role)) throw new Problem('forbidden')
    if (target.role === 'owner') await requireAnotherOwner(tables, conversationId, userId)
    await tables.conversationMember.delete({ where: { conversationId_userId: { conversationId, userId } } })
    return changed(tables, conversationId)
  })
}

async function requireAnotherOwner(tables: Tables, conversationId: string, userId: string): Promise<void> {
  const another = await tables.conversationMember.findFirst({
    where: { conversationId, role: 'owner', userId: { not: userId } },
    select: { userId: true },
  })
  if (!another) throw new Problem('last_owner')
}

/** Counts a change of a conversation or its members. */
export function changed(tables: Tables, id: string): Promise<Changed> {
  return tables.conversation.update({
    where: { id },
    data: { version: { increment: 1 } },
    select: { version: true },
  })
}

function mayRule(actor: Role, other: Role): boolean {
  return actor === 'owner' || outranks(actor, other)
}

function outranks(one: Role, other: Role): boolean {
  return roles.indexOf(one) < roles.indexOf(other)
}

/** "owners, admins" for "admin". */
function namesFrom(least: Role): string {
  return roles
    .slice(0, roles.indexOf(least) + 1)
    .map((role) => `${role}s`)
    .join(', ')
}

/** A role of another version counts as the least. */
function toRole(role: string): Role {
  return roles.find((one) => one === role) ?? 'member'
}
