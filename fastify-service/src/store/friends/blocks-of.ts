import type { SqlReads } from '@meeshy/shared/database/sql'

/** Everybody whom the user has blocked or who has blocked the user, at most so many. */
export async function findBlocksOf(sql: SqlReads, userId: string, limit: number): Promise<string[]> {
  const rows = await sql.all<{ id: string }>(
    `SELECT "blockedId" AS "id" FROM "Block" WHERE "blockerId" = ?
     UNION
     SELECT "blockerId" AS "id" FROM "Block" WHERE "blockedId" = ?
     LIMIT ?`,
    userId,
    userId,
    limit,
  )
  return rows.map(({ id }) => id)
}
