import { Problem } from '@meeshy/shared/problems'
import { invalid } from '../../inputs.js'
import { hasAccount, requireAccount } from '../accounts/users.js'
import type { GatewayDatabase, GatewayTables } from '../database.js'
import { requireNoBlock } from '../friends/blocks.js'
import { inOrderOfJoining, joinedAfter, type MemberPage, memberColumns, toMember } from '../member-pages.js'
import { type Role, requireAtLeast, requireRoleChange, requireRule, toRole } from '../roles.js'

type Tables = Pick<GatewayTables, 'group' | 'groupMember'>

/** What a group is to somebody who may see it; `role` is null for those who are not in it. */
export interface GroupView {
  role: Role | null
  maxMembers: number
}

/** @throws Problem not_found where there is no group, and for strangers to a private one */
export async function requireGroup(tables: Tables, groupId: string, userId: string): Promise<GroupView> {
  const group = await tables.group.findUnique({
    where: { id: groupId },
    select: { isPublic: true, maxMembers: true, members: { where: { userId }, select: { role: true } } },
  })
  const role = group?.members[0]?.role
  if (!group || (role === undefined && !group.isPublic)) throw new Problem('not_found')
  return { role: role === undefined ? null : toRole(role), maxMembers: group.maxMembers }
}

/** @throws Problem like requireGroup; forbidden for whoever is not in it, or has less than this role */
export async function requireGroupRole(
  tables: Tables,
  groupId: string,
  userId: string,
  least: Role,
): Promise<GroupView & { role: Role }> {
  const { role, maxMembers } = await requireGroup(tables, groupId, userId)
  if (role === null) throw new Problem('forbidden', 'Only members may do this.')
  requireAtLeast(least, role)
  return { role, maxMembers }
}

/** @throws Problem validation_failed unless the user is in the group; the same where there is none */
export async function requireMyGroup({ groupMember }: Tables, groupId: string, userId: string): Promise<void> {
  const key = { groupId_userId: { groupId, userId } }
  if (!(await groupMember.findUnique({ where: key, select: { role: true } })))
    throw invalid('/groupId', 'must be a group that you are in')
}

/** Members in the order of their joining; one more than `limit`. */
export async function listGroupMembers(tables: Tables, groupId: string, { limit, after }: MemberPage) {
  const rows = await tables.groupMember.findMany({
    where: { groupId, ...(after && joinedAfter(after)) },
    orderBy: inOrderOfJoining,
    take: limit + 1,
    select: memberColumns,
  })
  return rows.map(toMember)
}

/**
 * Joins a public group; who is in it already stays as they are.
 *
 * @throws Problem like requireGroup; group_full; token_revoked
 */
export function joinGroup(database: GatewayDatabase, groupId: string, userId: string): Promise<void> {
  return database.transaction(async (tables) => {
    await lockGroup(tables, groupId)
    const { role, maxMembers } = await requireGroup(tables, groupId, userId)
    if (role !== null) return
    await requireAccount(tables, userId)
    await enter(tables, { groupId, userId, maxMembers })
  })
}

/**
 * Adds somebody as a member; who is one already stays as they are.
 *
 * @throws Problem like requireGroupRole, for whoever is no moderator; validation_failed when they have no account;
 * forbidden when one of the two has blocked the other; group_full
 */
export function addGroupMember(
  database: GatewayDatabase,
  groupId: string,
  actorId: string,
  userId: string,
): Promise<void> {
  return database.transaction(async (tables) => {
    await lockGroup(tables, groupId)
    const { maxMembers } = await requireGroupRole(tables, groupId, actorId, 'moderator')
    const key = { groupId_userId: { groupId, userId } }
    if (await tables.groupMember.findUnique({ where: key, select: { role: true } })) return
    if (!(await hasAccount(tables, userId))) throw invalid('/userId', 'is nobody')
    await requireNoBlock(tables, actorId, [userId])
    await enter(tables, { groupId, userId, maxMembers })
  })
}

/**
 * Gives a member another role, within `requireRoleChange`.
 *
 * @throws Problem like requireGroupRole, for whoever is no admin; not_found when they are no member; last_owner
 */
export function changeGroupRole(
  database: GatewayDatabase,
  groupId: string,
  actorId: string,
  userId: string,
  role: Role,
): Promise<void> {
  return database.transaction(async (tables) => {
    await lockGroup(tables, groupId)
    const actor = await requireGroupRole(tables, groupId, actorId, 'admin')
    const target = await requireMember(tables, groupId, userId)
    requireRoleChange({ actor: actor.role, target, role, isMe: actorId === userId })
    if (target === 'owner' && role !== 'owner') await requireAnotherOwner(tables, groupId, userId)
    await tables.groupMember.update({ where: { groupId_userId: { groupId, userId } }, data: { role } })
  })
}

/**
 * Removes a member: oneself, or as a moderator somebody of a lower role. The group's conversations keep them.
 *
 * @throws Problem not_found, forbidden, last_owner
 */
export function removeGroupMember(
  database: GatewayDatabase,
  groupId: string,
  actorId: string,
  userId: string,
): Promise<void> {
  return database.transaction(async (tables) => {
    await lockGroup(tables, groupId)
    const isMe = actorId === userId
    const actor = await requireGroupRole(tables, groupId, actorId, isMe ? 'member' : 'moderator')
    const target = await requireMember(tables, groupId, userId)
    if (!isMe) requireRule(actor.role, target)
    if (target === 'owner') await requireAnotherOwner(tables, groupId, userId)
    await tables.groupMember.delete({ where: { groupId_userId: { groupId, userId } } })
  })
}

/**
 * Takes the group's row until the end of the transaction: of two changes among its members the second one sees what
 * the first one did, also in a database where transactions run side by side.
 */
async function lockGroup({ group }: Tables, id: string): Promise<void> {
  await group.updateMany({ where: { id }, data: { updatedAt: new Date() } })
}

async function enter(
  { groupMember }: Tables,
  { groupId, userId, maxMembers }: { groupId: string; userId: string; maxMembers: number },
): Promise<void> {
  if ((await groupMember.count({ where: { groupId } })) >= maxMembers) throw new Problem('group_full')
  await groupMember.create({ data: { groupId, userId } })
}

async function requireMember({ groupMember }: Tables, groupId: string, userId: string): Promise<Role> {
  const row = await groupMember.findUnique({
    where: { groupId_userId: { groupId, userId } },
    select: { role: true },
  })
  if (!row) throw new Problem('not_found')
  return toRole(row.role)
}

async function requireAnotherOwner({ groupMember }: Tables, groupId: string, userId: string): Promise<void> {
  const another = await groupMember.findFirst({
    where: { groupId, role: 'owner', userId: { not: userId } },
    select: { userId: true },
  })
  if (!another) throw new Problem('last_owner')
}
