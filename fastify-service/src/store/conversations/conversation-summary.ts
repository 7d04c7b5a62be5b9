import { placeholders, type SqlReads, type SqlValue } from '@meeshy/shared/database/sql'
import { type PublicUser, publicColumns } from '../accounts/users.js'
import { columnsOf, isoTime } from '../rows.js'
import { type MemberSettings, settingsColumns } from './settings.js'

/** A conversation without its members, as one of them sees it. */
export interface ConversationSummary extends Shown {
  memberCount: number
  /** The other one of a direct conversation. */
  peer: PublicUser | null
  settings: MemberSettings
}

/** What the rows have and the answers, too; times are ISO 8601. */
interface Shown {
  id: string
  type: string
  title: string | null
  groupId: string | null
  version: number
  createdById: string
  createdAt: string
  updatedAt: string
  lastActivityAt: string
  /** Theirs. */
  role: string
}

interface Row extends Shown {
  directKey: string | null
  languageOverride: string | null
  autoTranslate: number
  muted: number
  archived: number
  pinned: number
}

/** A pair stays two: nobody joins or leaves a direct conversation. */
const pair = 2

/** What of a conversation itself is shown, or needed for it. */
export const conversationColumns = {
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

const columns = `m."role", ${columnsOf(settingsColumns, 'm')}, ${columnsOf(conversationColumns, 'c')}`

/** Null when there is no such conversation, or none that this user may see. */
export async function readSummary(sql: SqlReads, userId: string, id: string): Promise<ConversationSummary | null> {
  const [summary] = await readSummaries(sql, userId, { rest: 'AND m."conversationId" = ?', values: [id] })
  return summary ?? null
}

/**
 * The conversations of one person that the rest of the statement leaves, in its order; there they are "c", and the
 * memberships "m". Three queries, however many there are: the memberships with their conversations, the people of the
 * direct ones, and the sizes of the groups.
 */
export async function readSummaries(
  sql: SqlReads,
  userId: string,
  { rest, values }: { rest: string; values: SqlValue[] },
): Promise<ConversationSummary[]> {
  // From the memberships of one person, which an index answers, and not from all conversations.
  const rows = await sql.all<Row>(
    `SELECT ${columns} FROM "ConversationMember" m JOIN "Conversation" c ON c."id" = m."conversationId"
     WHERE m."userId" = ? ${rest}`,
    userId,
    ...values,
  )
  const peers = await readPeers(sql, rows, userId)
  const counts = await countMembers(sql, rows)
  return rows.map((row) => {
    const memberCount = row.directKey === null ? (counts.get(row.id) ?? 0) : pair
    return toSummary(row, { memberCount, peer: peers.get(peerOf(row, userId) ?? '') ?? null })
  })
}

/** Field by field: for a page of them, taking rows apart and spreading the rest costs more than the queries. */
function toSummary(row: Row, { memberCount, peer }: Pick<ConversationSummary, 'memberCount' | 'peer'>) {
  return {
    id: row.id,
    type: row.type,
    title: row.title,
    groupId: row.groupId,
    version: row.version,
    createdById: row.createdById,
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
    lastActivityAt: isoTime(row.lastActivityAt),
    memberCount,
    role: row.role,
    peer,
    settings: {
      languageOverride: row.languageOverride,
      autoTranslate: Boolean(row.autoTranslate),
      muted: Boolean(row.muted),
      archived: Boolean(row.archived),
      pinned: Boolean(row.pinned),
    },
  }
}

/** The other ones of those that are direct, by id. Who they are stands in the key of the pair. */
async function readPeers(sql: SqlReads, rows: Row[], userId: string): Promise<Map<string, PublicUser>> {
  const ids = rows.flatMap((row) => peerOf(row, userId) ?? [])
  if (ids.length === 0) return new Map()
  const people = await sql.all<PublicUser>(
    `SELECT ${columnsOf(publicColumns, 'u')} FROM "User" u WHERE u."id" IN (${placeholders(ids)})`,
    ...ids,
  )
  return new Map(people.map((person) => [person.id, person]))
}

async function countMembers(sql: SqlReads, rows: Row[]): Promise<Map<string, number>> {
  const ids = rows.flatMap(({ id, directKey }) => (directKey === null ? id : []))
  if (ids.length === 0) return new Map()
  const groups = await sql.all<{ id: string; members: number }>(
    `SELECT "conversationId" AS "id", COUNT(*) AS "members" FROM "ConversationMember"
     WHERE "conversationId" IN (${placeholders(ids)}) GROUP BY "conversationId"`,
    ...ids,
  )
  return new Map(groups.map(({ id, members }) => [id, members]))
}

/** The other one's id; undefined for groups. */
function peerOf({ directKey }: { directKey: string | null }, userId: string): string | undefined {
  return directKey?.split(':').find((id) => id !== userId)
}
