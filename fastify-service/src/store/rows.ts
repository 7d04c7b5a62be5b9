/** The columns that Prisma would select, for a statement; `table` is its short name there. */
export function columnsOf(columns: Record<string, true>, table: string): string {
  return Object.keys(columns)
    .map((name) => `${table}."${name}"`)
    .join(', ')
}

const utc = '+00:00'

/** A time as answers have it, in ISO 8601; Prisma writes the same with another end. */
export function isoTime(stored: string): string {
  return stored.endsWith(utc) ? `${stored.slice(0, -utc.length)}Z` : new Date(stored).toISOString()
}

/** A time as Prisma writes it, to compare with: times are compared as text. */
export function storedTime(time: Date): string {
  return time.toISOString().replace('Z', utc)
}
