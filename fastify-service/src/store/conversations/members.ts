import { Problem } from '@meeshy/shared/problems'
import { invalid } from '../../inputs.js'
import { hasAccount } from '../accounts/users.js'
import type { GatewayDatabase, GatewayTables } from '../database.js'
import { requireNoBlock } from '../friends/blocks.js'
import { inOrderOfJoining, joinedAfter, type MemberPage, memberColumns, toMember } from '../member-pages.js'
import { type Role, requireAtLeast, requireRoleChange, requireRule, toRole } from '../roles.js'
import { eraseGuests, requireNoGuest } from '../share-links/guests.js'

/** People in one conversation. */
const memberLimit = 10_000

const staysTwo = 'A direct conversation is for two, and stays so.'
const cannotLeave = 'A direct conversation cannot be left. You can archive it.'

type Tables = Pick<GatewayTables, 'conversation' | 'conversationMember'>

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
export async function requireMembership(
  tables: Pick<GatewayTables, 'conversationMember'>,
  conversationId: string,
  userId: string,
): Promise<Membership> {
  const row = await tables.conversationMember.findUnique({
    where: { conversationId_userId: { conversationId, userId } },
    select: { role: true, conversation: { select: { type: true } } },
  })
  if (!row) throw new Problem('not_found')
  return { role: toRole(row.role), type: row.conversation.type }
}

/** @throws Problem forbidden for whoever has less than this role, and in direct conversations, saying `whyNotDirect` */
export async function requireRole(
  tables: Pick<GatewayTables, 'conversationMember'>,
  conversationId: string,
  userId: string,
  least: Role,
  whyNotDirect = staysTwo,
): Promise<Membership> {
  const membership = await requireMembership(tables, conversationId, userId)
  if (membership.type === 'direct') throw new Problem('forbidden', whyNotDirect)
  requireAtLeast(least, membership.role)
  return membership
}

/** Members in the order of their joining; one more than `limit`. */
export async function listMembers(
  tables: Pick<GatewayTables, 'conversationMember'>,
  conversationId: string,
  { limit, after }: MemberPage,
) {
  const rows = await tables.conversationMember.findMany({
    where: { conversationId, ...(after && joinedAfter(after)) },
    orderBy: inOrderOfJoining,
    take: limit + 1,
    select: memberColumns,
  })
  return rows.map(toMember)
}

/**
 * Adds somebody as a member; who is one already stays as they are.
 *
 * @returns null when nothing has changed
 * @throws Problem like requireRole, for whoever is no moderator; validation_failed when they have no account; forbidden
 * when one of the two has blocked the other; conversation_full
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
    if (!(await hasAccount(tables, userId))) throw invalid('/userId', 'is nobody')
    await requireNoBlock(tables, actorId, [userId])
    return insertMember(tables, conversationId, userId)
  })
}

export async function countMembersOf(
  tables: Pick<GatewayTables, 'conversationMember'>,
  conversationId: string,
): Promise<number> {
  // Grouped, as Prisma's `count` goes by way of a subquery.
  const [members] = await tables.conversationMember.groupBy({
    by: 'conversationId',
    where: { conversationId },
    _count: true,
  })
  return members?._count ?? 0
}

/** Lets somebody in who is no member yet. @throws Problem conversation_full */
export async function insertMember(tables: Tables, conversationId: string, userId: string): Promise<Changed> {
  if ((await countMembersOf(tables, conversationId)) >= memberLimit) throw new Problem('conversation_full')
  await tables.conversationMember.create({ data: { conversationId, userId } })
  return changed(tables, conversationId)
}

/**
 * Gives a member another role, within `requireRoleChange`.
 *
 * @returns null when nothing has changed
 * @throws Problem like requireRole; not_found when they are no member; last_owner
 */
export function changeRole(
  database: GatewayDatabase,
  conversationId: string,
  actorId: string,
  userId: string,
  role: Role,
): Promise<Changed | null> {
  return database.transaction(async (tables) => {
    const actor = await requireRole(tables, conversationId, actorId, 'admin', 'A direct conversation has no roles.')
    const target = await requireMembership(tables, conversationId, userId)
    requireRoleChange({ actor: actor.role, target: target.role, role, isMe: actorId === userId })
    if (role === target.role) return null
    if (role !== 'member') await requireNoGuest(tables, userId)
    if (target.role === 'owner' && role !== 'owner') await requireAnotherOwner(tables, conversationId, userId)
    await tables.conversationMember.update({
      where: { conversationId_userId: { conversationId, userId } },
      data: { role },
    })
    return changed(tables, conversationId)
  })
}

/**
 * Removes a member: oneself, or as a moderator somebody of a lower role. A guest has nowhere else to go and is erased.
 *
 * @returns also the ids of guests who are no more; their sockets are still to be closed
 * @throws Problem not_found, forbidden, last_owner
 */
export function removeMember(
  database: GatewayDatabase,
  conversationId: string,
  actorId: string,
  userId: string,
): Promise<Changed & { guestIds: string[] }> {
  return database.transaction(async (tables) => {
    const isMe = actorId === userId
    const least = isMe ? 'member' : 'moderator'
    const actor = await requireRole(tables, conversationId, actorId, least, isMe ? cannotLeave : staysTwo)
    const target = await requireMembership(tables, conversationId, userId)
    if (!isMe) requireRule(actor.role, target.role)
    if (target.role === 'owner') await requireAnotherOwner(tables, conversationId, userId)
    await tables.conversationMember.delete({ where: { conversationId_userId: { conversationId, userId } } })
    return { ...(await changed(tables, conversationId)), guestIds: await eraseGuests(tables, [userId]) }
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
