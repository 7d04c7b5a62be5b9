import type { GatewayTables } from '../database.js'
import type { Places } from '../heirs.js'

/** Who may own groups next. */
export function placesInGroups({ groupMember }: Pick<GatewayTables, 'groupMember'>): Places {
  return {
    async findFirst(ids, kind) {
      const times = await groupMember.groupBy({
        by: 'groupId',
        where: { groupId: { in: ids }, ...kind },
        _min: { joinedAt: true },
      })
      const first = times.flatMap(({ groupId, _min: { joinedAt } }) => (joinedAt ? { groupId, joinedAt } : []))
      if (first.length === 0) return []
      // Two may have joined at the same moment.
      const people = await groupMember.groupBy({
        by: 'groupId',
        where: { OR: first, ...kind },
        _min: { userId: true },
      })
      return people.flatMap(({ groupId: id, _min: { userId } }) => (userId === null ? [] : { id, userId }))
    },
    async makeOwners(places) {
      const where = { OR: places.map(({ id: groupId, userId }) => ({ groupId, userId })) }
      await groupMember.updateMany({ where, data: { role: 'owner' } })
    },
  }
}
