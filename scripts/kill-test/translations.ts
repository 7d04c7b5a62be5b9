import { openConnection } from '@meeshy/shared/database/connection'

/** Translations by their state, in a database that may be in use. */
export async function countTranslations(file: string): Promise<Record<string, number>> {
  const database = await openConnection(file)
  try {
    const rows = database.prepare('SELECT status, COUNT(*) AS count FROM MessageTranslation GROUP BY status').all()
    return Object.fromEntries((rows as { status: string; count: number }[]).map(({ status, count }) => [status, count]))
  } finally {
    database.close()
  }
}

export async function countPending(file: string): Promise<number> {
  return (await countTranslations(file)).pending ?? 0
}
