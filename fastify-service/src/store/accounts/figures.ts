import type { GatewayDatabase } from '../database.js'

/** How many there are of what. */
export type Figures = Awaited<ReturnType<typeof countFigures>>

/** Counts whole tables, so it is not for every request. */
export async function countFigures({ user, conversation, group, session }: GatewayDatabase) {
  const roles = await user.groupBy({ by: 'role', where: { deactivatedAt: null }, _count: true })
  const types = await conversation.groupBy({ by: 'type', _count: true })
  const countOf = (role: string) => roles.find((row) => row.role === role)?._count ?? 0
  const ofType = (type: string) => types.find((row) => row.type === type)?._count ?? 0
  const sessions = await session.count({
    where: { revokedAt: null, expiresAt: { gt: new Date() }, user: { deactivatedAt: null } },
  })
  return {
    people: {
      active: roles.reduce((sum, { _count }) => sum + _count, 0),
      deactivated: await user.count({ where: { deactivatedAt: { not: null }, erasedAt: null } }),
      erased: await user.count({ where: { erasedAt: { not: null } } }),
    },
    roles: {
      USER: countOf('USER'),
      MODERATOR: countOf('MODERATOR'),
      ADMIN: countOf('ADMIN'),
      GUEST: countOf('GUEST'),
    },
    conversations: { direct: ofType('direct'), group: ofType('group') },
    groups: await group.count(),
    sessions,
    countedAt: new Date().toISOString(),
  }
}
