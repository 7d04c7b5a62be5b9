import type { SqlReads, SqlValue } from '@meeshy/shared/database/sql'
import { storedTime } from '../rows.js'
import { type ConversationSummary, readSummaries } from './conversation-summary.js'

interface Position {
  lastActivityAt: Date
  id: string
}

export interface ConversationPage {
  limit: number
  /** Where the page before ended. */
  after?: Position
  /** Only those that the user has archived, or only the others; all of them when absent. */
  archived?: boolean
  /** Only those of this group. */
  groupId?: string
}

/** The user's conversations, latest activity first; one more than `limit`. */
export function listConversations(
  sql: SqlReads,
  userId: string,
  { limit, after, archived, groupId }: ConversationPage,
): Promise<ConversationSummary[]> {
  const conditions: string[] = []
  const values: SqlValue[] = []
  if (archived !== undefined) {
    conditions.push('AND m."archived" = ?')
    values.push(archived)
  }
  if (groupId !== undefined) {
    conditions.push('AND c."groupId" = ?')
    values.push(groupId)
  }
  if (after) {
    const at = storedTime(after.lastActivityAt)
    conditions.push('AND (c."lastActivityAt" < ? OR (c."lastActivityAt" = ? AND c."id" < ?))')
    values.push(at, at, after.id)
  }
  const rest = `${conditions.join(' ')} ORDER BY c."lastActivityAt" DESC, c."id" DESC LIMIT ?`
  return readSummaries(sql, userId, { rest, values: [...values, limit + 1] })
}
