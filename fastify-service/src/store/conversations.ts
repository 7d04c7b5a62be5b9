import { newId } from '@meeshy/shared/ids'
import { requireNoBlock } from './blocks.js'
import { countMembers, membershipColumns, readPeers, toSummary } from './conversation-summary.js'
import type { GatewayDatabase, GatewayTables } from './database.js'
import { requireMyGroup } from './group-members.js'
import { listMembers } from './members.js'
import { isUniqueViolation } from './violations.js'

type Conversations = Pick<GatewayTables, 'conversation'>

/** As many members come with a conversation itself; all of them are listed in pages. */
export const membersShown = 200

/** A conversation as one of its members sees it. */
export type Conversation = NonNullable<Awaited<ReturnType<typeof readConversation>>>

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
 * A new conversation of several people, owned by its creator; `memberIds` are the others, each once.
 *
 * @throws Problem validation_failed when the creator is not in the group that it is to belong to
 */
export function createGroup(
  database: Pick<GatewayDatabase, 'transaction'>,
  creatorId: string,
  { memberIds, ...conversation }: { title: string; memberIds: string[]; groupId?: string },
): Promise<{ id: string }> {
  const members = [{ userId: creatorId, role: 'owner' }, ...memberIds.map((userId) => ({ userId }))]
  return database.transaction(async (tables) => {
    if (conversation.groupId !== undefined) await requireMyGroup(tables, conversation.groupId, creatorId)
    return create(tables, { type: 'group', ...conversation, createdById: creatorId }, members)
  })
}

/** With its first members. Null when there is none, or none that this user may see. */
export async function readConversation(
  tables: Pick<GatewayTables, 'conversationMember' | 'user'>,
  id: string,
  userId: string,
) {
  const row = await tables.conversationMember.findUnique({
    where: { conversationId_userId: { conversationId: id, userId } },
    select: membershipColumns,
  })
  if (!row) return null
  const [members, peers] = await Promise.all([
    listMembers(tables, id, { limit: membersShown }),
    readPeers(tables, [row], userId),
  ])
  const counts = members.length > membersShown ? await countMembers(tables, [row]) : new Map([[id, members.length]])
  return { ...toSummary(row, userId, { counts, peers }), members: members.slice(0, membersShown) }
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
