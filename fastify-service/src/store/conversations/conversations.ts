import { newId } from '@meeshy/shared/ids'
import { Problem } from '@meeshy/shared/problems'
import { findMissingUsers, requireAccount } from '../accounts/users.js'
import type { GatewayDatabase, GatewayTables } from '../database.js'
import { requireNoBlock } from '../friends/blocks.js'
import { requireMyGroup } from '../groups/group-members.js'
import type { Reads } from '../reads.js'
import { isUniqueViolation } from '../violations.js'
import { listMembers } from './members.js'

type Conversations = Pick<GatewayTables, 'conversation'>

/** As many members come with a conversation itself; all of them are listed in pages. */
export const membersShown = 200

/** A conversation as one of its members sees it. */
export type Conversation = NonNullable<Awaited<ReturnType<typeof readConversation>>>

/**
 * The conversation of a pair, opened by one of them; `memberIds` names the other one, as it was asked for.
 *
 * @throws Problem like createDirect; validation_failed when the other one has no account; token_revoked
 */
export function openDirect(
  database: Pick<GatewayDatabase, 'transaction'>,
  creatorId: string,
  memberIds: string[],
): Promise<{ id: string; created: boolean }> {
  return database.transaction(async (tables) => {
    await requirePeople(tables, creatorId, memberIds)
    return createDirect(tables, creatorId, othersIn(memberIds, creatorId)[0] ?? '')
  })
}

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

/**
 * A new conversation of several people, owned by its creator; `memberIds` are the others, as they were asked for.
 *
 * @throws Problem validation_failed when one of them has no account, or the creator is not in the group that it is to
 * belong to; forbidden when one of them has blocked the creator, or the creator one of them; token_revoked
 */
export function createGroupConversation(
  database: Pick<GatewayDatabase, 'transaction'>,
  creatorId: string,
  { memberIds, ...conversation }: { title: string; memberIds: string[]; groupId?: string },
): Promise<{ id: string }> {
  const others = othersIn(memberIds, creatorId)
  const members = [{ userId: creatorId, role: 'owner' }, ...others.map((userId) => ({ userId }))]
  return database.transaction(async (tables) => {
    await requirePeople(tables, creatorId, memberIds)
    if (others.length > 0) await requireNoBlock(tables, creatorId, others)
    if (conversation.groupId !== undefined) await requireMyGroup(tables, conversation.groupId, creatorId)
    return create(tables, { type: 'group', ...conversation, createdById: creatorId }, members)
  })
}

/** Those of the people asked for who are not the creator, each once. */
export function othersIn(memberIds: string[], creatorId: string): string[] {
  return [...new Set(memberIds)].filter((id) => id !== creatorId)
}

async function requirePeople(
  tables: Pick<GatewayTables, 'user'>,
  creatorId: string,
  memberIds: string[],
): Promise<void> {
  await requireAccount(tables, creatorId)
  if (memberIds.length === 0) return
  const missing = new Set(await findMissingUsers(tables, memberIds))
  if (missing.size === 0) return
  const errors = memberIds.flatMap((id, index) =>
    missing.has(id) ? [{ pointer: `/memberIds/${index}`, message: 'is nobody' }] : [],
  )
  throw new Problem('validation_failed', undefined, { errors })
}

/** With its first members. Null when there is none, or none that this user may see. */
export async function readConversation(
  { reads, database }: { reads: Reads; database: Pick<GatewayTables, 'conversationMember'> },
  id: string,
  userId: string,
) {
  const summary = await reads.conversation(userId, id)
  if (!summary) return null
  const members = await listMembers(database, id, { limit: membersShown })
  // Somebody may have come between the two.
  const memberCount = members.length > membersShown ? summary.memberCount : members.length
  return { ...summary, memberCount, members: members.slice(0, membersShown) }
}

function findDirect(tables: Conversations, directKey: string) {
  return tables.conversation.findUnique({ where: { directKey }, select: { id: true } })
}

/** The conversation and its members in one statement, so that there is never one without the other. */
function create(
  tables: Conversations,
  conversation: { type: 'direct' | 'group'; title?: string; directKey?: string; groupId?: string; createdById: string },
  members: Array<{ userId: string; role?: string }>,
) {
  return tables.conversation.create({
    data: { ...conversation, id: newId(), members: { createMany: { data: members } } },
    select: { id: true },
  })
}
