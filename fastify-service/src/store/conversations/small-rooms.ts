import type { SqlReads } from '@meeshy/shared/database/sql'

/** The newest of the user's conversations that have at most so many members, by their ids. */
export async function findSmallRooms(
  sql: SqlReads,
  userId: string,
  { members, limit }: { members: number; limit: number },
): Promise<string[]> {
  const rows = await sql.all<{ conversationId: string }>(
    `SELECT m."conversationId" FROM "ConversationMember" m
     WHERE m."userId" = ? AND NOT EXISTS (
       SELECT 1 FROM "ConversationMember" o WHERE o."conversationId" = m."conversationId" LIMIT 1 OFFSET ?
     )
     ORDER BY m."conversationId" DESC LIMIT ?`,
    userId,
    members,
    limit,
  )
  return rows.map(({ conversationId }) => conversationId)
}
