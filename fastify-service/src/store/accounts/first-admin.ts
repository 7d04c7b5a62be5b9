import type { GatewayTables } from '../database.js'
import { keyOf } from './users.js'

export type AdminOutcome = 'made' | 'is one already' | 'nobody' | 'a guest' | 'deactivated'

/** Makes the person with this username an administrator. */
export async function makeAdmin(tables: Pick<GatewayTables, 'user'>, username: string): Promise<AdminOutcome> {
  const usernameKey = keyOf(username)
  const { count } = await tables.user.updateMany({
    where: { usernameKey, role: { notIn: ['GUEST', 'ADMIN'] }, deactivatedAt: null },
    data: { role: 'ADMIN' },
  })
  if (count > 0) return 'made'
  const user = await tables.user.findUnique({ where: { usernameKey }, select: { role: true, deactivatedAt: true } })
  if (!user) return 'nobody'
  if (user.role === 'GUEST') return 'a guest'
  return user.deactivatedAt ? 'deactivated' : 'is one already'
}
