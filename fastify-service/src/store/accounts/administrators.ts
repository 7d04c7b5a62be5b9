import { Problem } from '@meeshy/shared/problems'
import type { GatewayTables } from '../database.js'

type Users = Pick<GatewayTables, 'user'>

/** Whether somebody is an administrator now. */
export async function isAdmin(tables: Users, id: string): Promise<boolean> {
  const where = { id, role: 'ADMIN', deactivatedAt: null }
  return (await tables.user.findUnique({ where, select: { id: true } })) !== null
}

/** @throws Problem forbidden for whoever is no administrator (any more) */
export async function requireAdmin(tables: Users, id: string): Promise<void> {
  if (!(await isAdmin(tables, id))) throw new Problem('forbidden')
}

/**
 * Asked in the transaction that takes an administrator away, after it has done so. It walks over the people until it
 * finds one; that happens seldom.
 *
 * @throws Problem last_admin when that was the last one
 */
export async function requireActiveAdmin(tables: Users): Promise<void> {
  const where = { id: { gt: '' }, role: 'ADMIN', deactivatedAt: null }
  if (!(await tables.user.findFirst({ where, select: { id: true } }))) throw new Problem('last_admin')
}
