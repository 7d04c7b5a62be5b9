import { placeholders, type SqlReads } from '@meeshy/shared/database/sql'
import { chunksOf } from '../chunks.js'

/** As long as tokens are taken after their end; the sockets' own timers close them, with another code. */
const expiryToleranceMs = 5_000
const idsPerQuery = 500

/** Which of these sessions still let somebody in. */
export async function findLiveSessions(sql: SqlReads, ids: readonly string[]): Promise<Set<string>> {
  const live = new Set<string>()
  for (const chunk of chunksOf(ids, idsPerQuery)) {
    const asked = chunk.length === 1 ? chunk : padded(chunk)
    const rows = await sql.all<{ id: string }>(
      `SELECT s."id" FROM "Session" s JOIN "User" u ON u."id" = s."userId"
       WHERE s."id" IN (${placeholders(asked)})
         AND s."revokedAt" IS NULL AND s."expiresAt" > ? AND u."deactivatedAt" IS NULL`,
      ...asked,
      new Date(Date.now() - expiryToleranceMs).toISOString(),
    )
    for (const { id } of rows) live.add(id)
  }
  return live
}

/** One text for every number of ids, so that the statement is prepared once. */
function padded(ids: string[]): string[] {
  return [...ids, ...Array<string>(idsPerQuery - ids.length).fill(ids[0] ?? '')]
}
