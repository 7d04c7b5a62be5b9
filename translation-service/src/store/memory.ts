import type { MessageTables } from './database.js'

export interface MemoryEntry {
  text: string
  model: string
  confidence: number
  expiresAt: Date
}

/** Looks entries up by their keys; expired ones do not exist. */
export async function readEntries(tables: MessageTables, keys: readonly string[]): Promise<Map<string, MemoryEntry>> {
  const rows = await tables.translationMemory.findMany({
    where: { key: { in: [...keys] }, expiresAt: { gt: new Date() } },
    select: { key: true, text: true, model: true, confidence: true, expiresAt: true },
  })
  return new Map(rows.map(({ key, ...entry }) => [key, entry]))
}

export interface NewMemoryEntry extends MemoryEntry {
  key: string
  source: string
  target: string
}

/** Stores entries; a newer one replaces an older. */
export async function writeEntries(tables: MessageTables, entries: readonly NewMemoryEntry[]): Promise<void> {
  await tables.translationMemory.deleteMany({ where: { key: { in: entries.map(({ key }) => key) } } })
  await tables.translationMemory.createMany({ data: [...entries] })
}

const removedAtOnce = 1000

/** Removes some of what has expired. @returns whether there may be more */
export async function removeSomeExpired(tables: MessageTables): Promise<boolean> {
  const where = { expiresAt: { lte: new Date() } }
  const { count } = await tables.translationMemory.deleteMany({ where, limit: removedAtOnce })
  return count === removedAtOnce
}

/** Entries in the table. */
export async function countEntries(tables: MessageTables): Promise<number> {
  return tables.translationMemory.count()
}
