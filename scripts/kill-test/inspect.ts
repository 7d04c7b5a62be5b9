import { openConnection } from '@meeshy/shared/database/connection'
import { databaseFile } from '@meeshy/shared/database/url'

/** What the database says after the kills; every number but `acknowledged`, `stored` and `translations` must be 0. */
export interface Findings {
  acknowledged: number
  stored: number
  /** Acknowledged, but not stored. */
  lost: number
  /** Stored more than once. */
  twice: number
  /** Sequence numbers that are missing between 1 and the last. */
  gaps: number
  /** Translations by their final state. */
  translations: Record<string, number>
  /** Translations without a final state. */
  pending: number
  /** Lines of SQLite's integrity and foreign key checks that are not "ok". */
  damages: number
}

/** Reads what is stored of one conversation and compares it with what was acknowledged. */
export async function inspect(url: string, conversationId: string, acknowledged: readonly string[]): Promise<Findings> {
  const database = await openConnection(databaseFile(url))
  try {
    const rows = database
      .prepare('SELECT clientMessageId, seq FROM Message WHERE conversationId = ? ORDER BY seq')
      .all(conversationId) as { clientMessageId: string; seq: number }[]
    const ids = new Set(rows.map((row) => row.clientMessageId))
    const states = database
      .prepare(
        `SELECT t.status, COUNT(*) AS count FROM MessageTranslation t
         JOIN Message m ON m.id = t.messageId WHERE m.conversationId = ? GROUP BY t.status`,
      )
      .all(conversationId) as { status: string; count: number }[]
    const translations = Object.fromEntries(states.map(({ status, count }) => [status, count]))
    const integrity = database.pragma('integrity_check') as { integrity_check: string }[]
    const foreignKeys = database.pragma('foreign_key_check') as unknown[]
    return {
      acknowledged: acknowledged.length,
      stored: rows.length,
      lost: acknowledged.filter((id) => !ids.has(id)).length,
      twice: rows.length - ids.size,
      gaps: rows.filter(({ seq }, index) => seq !== index + 1).length,
      translations,
      pending: translations.pending ?? 0,
      damages: integrity.filter((line) => line.integrity_check !== 'ok').length + foreignKeys.length,
    }
  } finally {
    database.close()
  }
}

/** Translations that are still to be made. */
export async function countPending(url: string): Promise<number> {
  const database = await openConnection(databaseFile(url))
  try {
    return Number(database.prepare("SELECT COUNT(*) FROM MessageTranslation WHERE status = 'pending'").pluck().get())
  } finally {
    database.close()
  }
}

/** Whether everything that was acknowledged is there once, in order, with every translation decided. */
export function isSound({ lost, twice, gaps, pending, damages }: Findings): boolean {
  return lost + twice + gaps + pending + damages === 0
}
