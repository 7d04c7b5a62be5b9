import type { SqlReads } from '@meeshy/shared/database/sql'

/** A conversation as `hello` tells of it. */
export interface RecentConversation {
  id: string
  version: number
}

/** The user's conversations that were active last. */
export function listRecentConversations(sql: SqlReads, userId: string, limit: number): Promise<RecentConversation[]> {
  return sql.all<RecentConversation>(
    `SELECT c."id", c."version" FROM "ConversationMember" m JOIN "Conversation" c ON c."id" = m."conversationId"
     WHERE m."userId" = ? ORDER BY c."lastActivityAt" DESC, c."id" DESC LIMIT ?`,
    userId,
    limit,
  )
}
