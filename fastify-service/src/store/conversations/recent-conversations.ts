import type { GatewayTables } from '../database.js'

/** The user's conversations that were active last, with their versions. */
export async function readRecentConversations(
  tables: Pick<GatewayTables, 'conversationMember'>,
  { userId, limit }: { userId: string; limit: number },
): Promise<Array<{ id: string; version: number }>> {
  const rows = await tables.conversationMember.findMany({
    where: { userId },
    orderBy: [{ conversation: { lastActivityAt: 'desc' } }, { conversationId: 'desc' }],
    take: limit,
    select: { conversation: { select: { id: true, version: true } } },
  })
  return rows.map(({ conversation }) => conversation)
}
