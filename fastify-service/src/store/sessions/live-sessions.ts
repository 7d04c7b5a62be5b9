import { chunksOf } from '../chunks.js'
import type { GatewayTables } from '../database.js'

/** As long as tokens are taken after their end; the sockets' own timers close them, with another code. */
const expiryToleranceMs = 5_000

/** Which of these sessions still let somebody in. */
export async function findLiveSessions(tables: Pick<GatewayTables, 'session'>, ids: string[]): Promise<Set<string>> {
  const live = new Set<string>()
  for (const chunk of chunksOf(ids)) {
    const found = await tables.session.findMany({
      where: {
        id: { in: chunk },
        revokedAt: null,
        expiresAt: { gt: new Date(Date.now() - expiryToleranceMs) },
        user: { deactivatedAt: null },
      },
      select: { id: true },
    })
    for (const { id } of found) live.add(id)
  }
  return live
}
