import type { TranslationDatabase } from '../store/database.js'
import { removeSomeEvents } from '../store/event-log.js'
import { removeSomeExpired } from '../store/memory.js'
import { unhurried } from './unhurried.js'

const dayMs = 86_400_000

export interface RetentionTools {
  database: TranslationDatabase
  /** How long events are kept. */
  retentionDays: number
  /** Called after texts were erased. */
  erased: () => void
}

/** Removes the events and the memory entries whose time is over, in pieces. */
export async function removeOutdated(
  { database, retentionDays, erased }: RetentionTools,
  signal: AbortSignal,
): Promise<void> {
  const before = Date.now() - retentionDays * dayMs
  while (!signal.aborted && (await unhurried(signal, () => database.write((sql) => removeSomeEvents(sql, before))))) {}
  while (!signal.aborted && (await unhurried(signal, () => database.write(removeSomeExpired))) > 0) erased()
}
