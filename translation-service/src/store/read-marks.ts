import { placeholders, type Sql } from '@meeshy/shared/database/sql'
import type { Reads } from './database.js'
import { timestamp } from './rows.js'

export interface ReadMark {
  conversationId: string
  userId: string
  /** Everything up to this message. */
  seq: number
}

/** Moves a mark forward, never back. */
export async function moveReadMark(sql: Sql, { conversationId, userId, seq }: ReadMark): Promise<void> {
  await sql.run(
    `INSERT INTO "MessageReadStatus" ("conversationId", "userId", "seq", "updatedAt") VALUES (?, ?, ?, ?)
     ON CONFLICT ("conversationId", "userId") DO UPDATE SET "seq" = excluded."seq", "updatedAt" = excluded."updatedAt"
     WHERE excluded."seq" > "MessageReadStatus"."seq"`,
    ...[conversationId, userId, seq, timestamp()],
  )
}

export interface ReadState {
  /** Where the mark stands. */
  seq: number
  moved: boolean
  /** Messages after it. */
  unreadCount: number
}

/**
 * Moves the mark of a member, to the last message at most.
 *
 * @param joinedAt where the mark of somebody stands who has none, as seqBefore says
 */
export async function markAsRead(
  sql: Sql,
  { conversationId, userId, seq }: ReadMark,
  joinedAt: string,
): Promise<ReadState> {
  const state = await sql.get<{ lastSeq: number }>(
    'SELECT "lastSeq" FROM "ConversationState" WHERE "conversationId" = ?',
    conversationId,
  )
  const lastSeq = state?.lastSeq ?? 0
  const known = (await readOwnMarks(sql, userId, [conversationId])).get(conversationId)
  const mark = known ?? (await seqBefore(sql, conversationId, lastSeq, joinedAt))
  const target = Math.min(seq, lastSeq)
  if (target <= mark) return { seq: mark, moved: false, unreadCount: lastSeq - mark }
  await moveReadMark(sql, { conversationId, userId, seq: target })
  return { seq: target, moved: true, unreadCount: lastSeq - target }
}

/** How far this user has read each of these conversations, as far as they have a mark. */
export async function readOwnMarks(
  reads: Reads,
  userId: string,
  conversationIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await reads.all<{ conversationId: string; seq: number }>(
    `SELECT "conversationId", "seq" FROM "MessageReadStatus"
     WHERE "userId" = ? AND "conversationId" IN (${placeholders(conversationIds)})`,
    userId,
    ...conversationIds,
  )
  return new Map(rows.map(({ conversationId, seq }) => [conversationId, seq]))
}

/**
 * Where somebody who has no mark starts: with the last message before they joined. Sequence numbers have no gaps, so
 * the place is found by halving, about 20 reads by key in a million messages.
 */
export async function seqBefore(
  reads: Reads,
  conversationId: string,
  lastSeq: number,
  joinedAt: string,
): Promise<number> {
  const joined = Date.parse(joinedAt)
  let [low, high] = [0, lastSeq]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const row = await reads.get<{ createdAt: string }>(
      'SELECT "createdAt" FROM "Message" WHERE "conversationId" = ? AND "seq" = ?',
      conversationId,
      middle,
    )
    if (row && Date.parse(row.createdAt) < joined) low = middle
    else high = middle - 1
  }
  return low
}

export interface MemberMark {
  userId: string
  seq: number
  updatedAt: string
}

/** The marks of a conversation's current members, the latest movements first, at most `limit`. */
export async function readMemberMarks(reads: Reads, conversationId: string, limit: number): Promise<MemberMark[]> {
  return reads.all<MemberMark>(
    `SELECT r."userId", r."seq", r."updatedAt" FROM "MessageReadStatus" r
     JOIN "ConversationMember" m ON m."conversationId" = r."conversationId" AND m."userId" = r."userId"
     WHERE r."conversationId" = ? ORDER BY r."updatedAt" DESC LIMIT ?`,
    conversationId,
    limit,
  )
}
