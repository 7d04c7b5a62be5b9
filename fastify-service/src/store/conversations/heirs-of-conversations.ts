import type { GatewayTables } from '../database.js'
import type { Places } from '../heirs.js'

/** Who may own conversations next. */
export function placesInConversations({ conversationMember }: Pick<GatewayTables, 'conversationMember'>): Places {
  return {
    async findFirst(ids, kind) {
      const times = await conversationMember.groupBy({
        by: 'conversationId',
        where: { conversationId: { in: ids }, ...kind },
        _min: { joinedAt: true },
      })
      const first = times.flatMap(({ conversationId, _min: { joinedAt } }) =>
        joinedAt ? { conversationId, joinedAt } : [],
      )
      if (first.length === 0) return []
      // Who comes with a new conversation has joined at the same moment.
      const people = await conversationMember.groupBy({
        by: 'conversationId',
        where: { OR: first, ...kind },
        _min: { userId: true },
      })
      return people.flatMap(({ conversationId: id, _min: { userId } }) => (userId === null ? [] : { id, userId }))
    },
    async makeOwners(places) {
      const where = { OR: places.map(({ id: conversationId, userId }) => ({ conversationId, userId })) }
      await conversationMember.updateMany({ where, data: { role: 'owner' } })
    },
  }
}
