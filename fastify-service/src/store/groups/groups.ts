import type { Prisma } from '@meeshy/shared/generated/prisma/client'
import { newId } from '@meeshy/shared/ids'
import { keyOf, requireAccount } from '../accounts/users.js'
import type { GatewayDatabase, GatewayTables } from '../database.js'
import { requireGroupRole } from './group-members.js'

type Tables = Pick<GatewayTables, 'group' | 'groupMember'>

const columns = {
  id: true,
  name: true,
  nameKey: true,
  description: true,
  imageUrl: true,
  isPublic: true,
  maxMembers: true,
  createdById: true,
  createdAt: true,
  updatedAt: true,
} as const

type Row = Prisma.GroupGetPayload<{ select: typeof columns }>

/** A group as somebody sees it. */
export type Group = NonNullable<Awaited<ReturnType<typeof readGroup>>>

export interface GroupChanges {
  name?: string
  description?: string | null
  imageUrl?: string | null
  isPublic?: boolean
  maxMembers?: number
}

/** A new group, owned by its creator. @throws Problem token_revoked */
export function createGroup(
  database: Pick<GatewayDatabase, 'transaction'>,
  creatorId: string,
  group: GroupChanges & { name: string; maxMembers: number },
): Promise<{ id: string }> {
  const data = { ...group, id: newId(), nameKey: keyOf(group.name), createdById: creatorId }
  return database.transaction(async (tables) => {
    await requireAccount(tables, creatorId)
    return tables.group.create({
      data: { ...data, members: { create: { userId: creatorId, role: 'owner' } } },
      select: { id: true },
    })
  })
}

/** Null when there is none, or a private one that this user is no member of. */
export async function readGroup(tables: Tables, id: string, userId: string) {
  const row = await tables.group.findUnique({
    where: { id, OR: [{ isPublic: true }, { members: { some: { userId } } }] },
    select: columns,
  })
  const [group] = row ? await toListed(tables, [row], userId) : []
  return group ?? null
}

/** Where a page of groups ended. */
interface Position {
  nameKey: string
  id: string
}

export interface GroupPage {
  limit: number
  after?: Position
}

/** The groups of a user, by name; one more than `limit`. */
export async function listGroups(tables: Tables, userId: string, { limit, after }: GroupPage) {
  const rows = await tables.groupMember.findMany({
    where: { userId, ...(after && { group: beyond(after) }) },
    orderBy: [{ group: { nameKey: 'asc' } }, { groupId: 'asc' }],
    take: limit + 1,
    select: { group: { select: columns } },
  })
  const groups = rows.map(({ group }) => group)
  return toListed(tables, groups, userId)
}

/** The public groups whose name begins with the text, by name; one more than `limit`. */
export async function searchGroups(
  tables: Tables,
  userId: string,
  { text, limit, after }: GroupPage & { text: string },
) {
  const key = keyOf(text)
  const rows = await tables.group.findMany({
    // As a range that begins where the page before ended, which an index answers.
    where: {
      isPublic: true,
      nameKey: { gte: after?.nameKey ?? key, lt: `${key}\u{10ffff}` },
      ...(after && beyond(after)),
    },
    orderBy: [{ nameKey: 'asc' }, { id: 'asc' }],
    take: limit + 1,
    select: columns,
  })
  return toListed(tables, rows, userId)
}

/**
 * Changes the given fields. Nobody has to leave when a group becomes smaller than it is.
 *
 * @throws Problem like requireGroupRole, for whoever is no admin
 */
export function updateGroup(database: GatewayDatabase, id: string, actorId: string, changes: GroupChanges) {
  const data = { ...changes, ...(changes.name === undefined ? {} : { nameKey: keyOf(changes.name) }) }
  return database.transaction(async (tables) => {
    await requireGroupRole(tables, id, actorId, 'admin')
    await tables.group.update({ where: { id }, data, select: { id: true } })
  })
}

/**
 * Deletes a group with its memberships. Its conversations stay, without a group.
 *
 * @returns the conversations, changed by this
 * @throws Problem like requireGroupRole, for whoever is no owner
 */
export function deleteGroup(
  database: GatewayDatabase,
  id: string,
  actorId: string,
): Promise<Array<{ id: string; version: number }>> {
  return database.transaction(async (tables) => {
    await requireGroupRole(tables, id, actorId, 'owner')
    const conversations = await tables.conversation.updateManyAndReturn({
      where: { groupId: id },
      data: { groupId: null, version: { increment: 1 } },
      select: { id: true, version: true },
    })
    await tables.group.delete({ where: { id }, select: { id: true } })
    return conversations
  })
}

function beyond({ nameKey, id }: Position) {
  return { OR: [{ nameKey: { gt: nameKey } }, { nameKey, id: { gt: id } }] }
}

/** With the sizes of the groups, and what the user is in each. `nameKey` is for cursors. */
async function toListed({ groupMember }: Tables, rows: Row[], userId: string) {
  const ids = rows.map(({ id }) => id)
  const counts = await groupMember.groupBy({ by: 'groupId', where: { groupId: { in: ids } }, _count: true })
  const mine = await groupMember.findMany({
    where: { userId, groupId: { in: ids } },
    select: { groupId: true, role: true },
  })
  const countOf = new Map(counts.map(({ groupId, _count }) => [groupId, _count]))
  const roleIn = new Map(mine.map(({ groupId, role }) => [groupId, role]))
  return rows.map(({ createdAt, updatedAt, ...row }) => ({
    ...row,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    memberCount: countOf.get(row.id) ?? 0,
    role: roleIn.get(row.id) ?? null,
  }))
}
