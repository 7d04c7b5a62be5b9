import type { Prisma } from '@meeshy/shared/generated/prisma/client'
import type { GatewayTables } from './database.js'
import { settingsColumns } from './settings.js'
import { type PublicUser, publicColumns } from './users.js'

/** A membership with its conversation. */
export type MembershipRow = Prisma.ConversationMemberGetPayload<{ select: typeof membershipColumns }>

/** A conversation without its members, but with the other one of a direct conversation, as one of them sees it. */
export type ConversationSummary = ReturnType<typeof toSummary>

/** A pair stays two: nobody joins or leaves a direct conversation. */
const pair = 2

const conversationColumns = {
  id: true,
  type: true,
  title: true,
  groupId: true,
  directKey: true,
  version: true,
  createdById: true,
  createdAt: true,
  updatedAt: true,
  lastActivityAt: true,
} as const

/** What `toSummary` needs of a membership. */
export const membershipColumns = {
  role: true,
  ...settingsColumns,
  conversation: { select: conversationColumns },
} as const

/** `peers` and `counts` are those of all rows that are converted. */
export function toSummary(
  { role, conversation, ...settings }: MembershipRow,
  userId: string,
  { peers, counts }: { peers: Map<string, PublicUser>; counts: Map<string, number> },
) {
  const { id, directKey, createdAt, updatedAt, lastActivityAt, ...others } = conversation
  return {
    id,
    ...others,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    lastActivityAt: lastActivityAt.toISOString(),
    memberCount: directKey === null ? (counts.get(id) ?? 0) : pair,
    role,
    peer: peers.get(peerOf(conversation, userId) ?? '') ?? null,
    settings,
  }
}

/** The other ones of those that are direct, by id. Who they are stands in the key of the pair. */
export async function readPeers(
  tables: Pick<GatewayTables, 'user'>,
  rows: MembershipRow[],
  userId: string,
): Promise<Map<string, PublicUser>> {
  const ids = rows.flatMap(({ conversation }) => peerOf(conversation, userId) ?? [])
  if (ids.length === 0) return new Map()
  const people = await tables.user.findMany({ where: { id: { in: ids } }, select: publicColumns })
  return new Map(people.map((person) => [person.id, person]))
}

/** Of these groups only: Prisma's `_count` would count the members of all. */
export async function countMembers(
  tables: Pick<GatewayTables, 'conversationMember'>,
  rows: MembershipRow[],
): Promise<Map<string, number>> {
  const ids = rows.flatMap(({ conversation: { id, directKey } }) => (directKey === null ? id : []))
  if (ids.length === 0) return new Map()
  const groups = await tables.conversationMember.groupBy({
    by: 'conversationId',
    where: { conversationId: { in: ids } },
    _count: true,
  })
  return new Map(groups.map(({ conversationId, _count }) => [conversationId, _count]))
}

/** The other one's id; undefined for groups. */
function peerOf({ directKey }: { directKey: string | null }, userId: string): string | undefined {
  return directKey?.split(':').find((id) => id !== userId)
}
