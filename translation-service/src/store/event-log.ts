import type { Sql } from '@meeshy/shared/database/sql'
import type { Reads } from './database.js'
import { timestamp } from './rows.js'

/** Between which positions the log can be read. */
export interface LogRange {
  /** The last event that was removed because of its age. */
  removedTo: number
  /** The newest event. */
  last: number
}

/** Where the log begins and ends. */
export async function readLogRange(reads: Reads): Promise<LogRange> {
  const info = await reads.get<{ removedTo: number }>(
    'SELECT "eventsRemovedTo" AS "removedTo" FROM "DatabaseInfo" WHERE "id" = 1',
  )
  const newest = await reads.get<{ id: number }>('SELECT "id" FROM "MessageEvent" ORDER BY "id" DESC LIMIT 1')
  const removedTo = info?.removedTo ?? 0
  return { removedTo, last: Math.max(removedTo, newest?.id ?? 0) }
}

const removedAtOnce = 500

/**
 * Removes some of the events that are older than a time; whoever stopped reading before them has to fetch anew.
 *
 * @param time milliseconds since 1970
 * @returns whether there may be more
 */
export async function removeSomeEvents(sql: Sql, time: number): Promise<boolean> {
  const oldest = await sql.all<{ id: number; createdAt: string }>(
    'SELECT "id", "createdAt" FROM "MessageEvent" ORDER BY "id" LIMIT ?',
    removedAtOnce,
  )
  const before = timestamp(time)
  const old = oldest.filter(({ createdAt }) => createdAt < before)
  const last = old.at(-1)
  if (!last) return false
  await sql.run('DELETE FROM "MessageEvent" WHERE "id" <= ?', last.id)
  await sql.run('UPDATE "DatabaseInfo" SET "eventsRemovedTo" = ? WHERE "id" = 1', last.id)
  return old.length === removedAtOnce
}
