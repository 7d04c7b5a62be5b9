import type { GatewayTables } from '../database.js'

type Counts = Pick<GatewayTables, 'attemptCount'>

export interface AttemptWindow {
  /** Attempts since it began, this one included. */
  points: number
  /** When counting begins anew. */
  expire: Date
}

/** Counts one attempt; the first one begins a window. Those whose window is over are swept away, of everybody. */
export async function countAttempt(tables: Counts, key: string, windowMs: number): Promise<AttemptWindow> {
  const now = Date.now()
  const expire = new Date(now + windowMs)
  await tables.attemptCount.deleteMany({ where: { expire: { lte: new Date(now) } } })
  const row = await tables.attemptCount.upsert({
    where: { key },
    create: { key, points: 1, expire },
    update: { points: { increment: 1 } },
    select: { points: true, expire: true },
  })
  return { points: row.points, expire: row.expire ?? expire }
}

/** Takes one attempt back. */
export async function uncountAttempt(tables: Counts, key: string): Promise<void> {
  await tables.attemptCount.updateMany({ where: { key, points: { gt: 0 } }, data: { points: { decrement: 1 } } })
}

/** Forgets all attempts. */
export async function forgetAttempts(tables: Counts, keys: string[]): Promise<void> {
  await tables.attemptCount.deleteMany({ where: { key: { in: keys } } })
}
