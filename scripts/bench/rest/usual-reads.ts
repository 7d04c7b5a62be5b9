import { ownColumns, publicColumns, toOwnUser } from '../../../fastify-service/src/store/accounts/users.js'
import type { ConversationPage } from '../../../fastify-service/src/store/conversations/conversation-list.js'
import {
  type ConversationSummary,
  conversationColumns,
} from '../../../fastify-service/src/store/conversations/conversation-summary.js'
import { settingsColumns } from '../../../fastify-service/src/store/conversations/settings.js'
import type { GatewayTables } from '../../../fastify-service/src/store/database.js'
import type { Reads } from '../../../fastify-service/src/store/reads.js'

/** The gateway's hot reads as a team writes them that asks its database through Prisma: the same rows, the same answers. */
export function usualReads(tables: GatewayTables): Pick<Reads, 'session' | 'ownUser' | 'conversations'> {
  return {
    session: async (id) => {
      const session = await tables.session.findUnique({
        where: { id },
        select: {
          userId: true,
          expiresAt: true,
          revokedAt: true,
          conversationId: true,
          user: { select: { deactivatedAt: true, role: true } },
        },
      })
      if (!session) return null
      const { user, expiresAt, revokedAt, ...others } = session
      return {
        ...others,
        role: user.role,
        expiresAt: expiresAt.toISOString(),
        revokedAt: revokedAt?.toISOString() ?? null,
        deactivatedAt: user.deactivatedAt?.toISOString() ?? null,
      }
    },
    ownUser: async (id) => {
      const user = await tables.user.findUnique({ where: { id }, select: ownColumns })
      return user && toOwnUser(user)
    },
    conversations: (userId, page) => listConversations(tables, userId, page),
  }
}

/** Only the page that is measured: the first one, of all conversations. */
async function listConversations(
  tables: GatewayTables,
  userId: string,
  { limit }: ConversationPage,
): Promise<ConversationSummary[]> {
  const rows = await tables.conversationMember.findMany({
    where: { userId },
    orderBy: [{ conversation: { lastActivityAt: 'desc' } }, { conversationId: 'desc' }],
    take: limit + 1,
    select: { role: true, ...settingsColumns, conversation: { select: conversationColumns } },
  })
  const peerOf = (directKey: string | null) => directKey?.split(':').find((id) => id !== userId)
  const peerIds = rows.flatMap(({ conversation }) => peerOf(conversation.directKey) ?? [])
  const groupIds = rows.flatMap(({ conversation: { id, directKey } }) => (directKey === null ? id : []))
  const [people, groups] = await Promise.all([
    peerIds.length === 0 ? [] : tables.user.findMany({ where: { id: { in: peerIds } }, select: publicColumns }),
    tables.conversationMember.groupBy({
      by: 'conversationId',
      where: { conversationId: { in: groupIds } },
      _count: true,
    }),
  ])
  const peers = new Map(people.map((person) => [person.id, person]))
  const counts = new Map(groups.map(({ conversationId, _count }) => [conversationId, _count]))
  return rows.map(({ role, conversation, ...settings }) => {
    const { id, directKey, createdAt, updatedAt, lastActivityAt, ...others } = conversation
    return {
      id,
      ...others,
      createdAt: createdAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
      lastActivityAt: lastActivityAt.toISOString(),
      memberCount: directKey === null ? (counts.get(id) ?? 0) : 2,
      role,
      peer: peers.get(peerOf(directKey) ?? '') ?? null,
      settings,
    }
  })
}
