import type { Prisma } from '@meeshy/shared/generated/prisma/client'
import { Problem } from '@meeshy/shared/problems'
import type { GatewayTables } from '../database.js'
import { beginsWith } from './search-users.js'
import { publicColumns } from './users.js'

/** What an administrator may make of somebody. */
export const givenRoles = ['USER', 'MODERATOR', 'ADMIN'] as const

/** What somebody may be. */
export const accountRoles = [...givenRoles, 'GUEST'] as const

/** Whether somebody may sign in, may not for now, or is gone. */
export const accountStatuses = ['active', 'deactivated', 'erased'] as const

export type AccountStatus = (typeof accountStatuses)[number]

/** What an administrator sees of an account. */
export type Account = Awaited<ReturnType<typeof listAccounts>>[number]
type Row = Prisma.UserGetPayload<{ select: typeof columns }>

const columns = {
  ...publicColumns,
  email: true,
  role: true,
  createdAt: true,
  deactivatedAt: true,
  erasedAt: true,
} as const

const stateOf = {
  active: { deactivatedAt: null },
  deactivated: { deactivatedAt: { not: null }, erasedAt: null },
  erased: { erasedAt: { not: null } },
} satisfies Record<AccountStatus, Prisma.UserWhereInput>

export interface AccountSearch {
  /** The beginning of a username, a name or an e-mail address. */
  text?: string
  role?: string
  status?: AccountStatus
  limit: number
  /** The id of the last one on the page before. */
  after?: string
}

/** Accounts, oldest first; one more than `limit`. */
export async function listAccounts(
  tables: Pick<GatewayTables, 'user' | 'session'>,
  { text, role, status, limit, after = '' }: AccountSearch,
) {
  const rows = await tables.user.findMany({
    where: {
      id: { gt: after },
      ...(role !== undefined && { role }),
      ...(status && stateOf[status]),
      ...(text !== undefined && { OR: keysOf.map((key) => ({ [key]: beginsWith(text) })) }),
    },
    orderBy: { id: 'asc' },
    take: limit + 1,
    select: columns,
  })
  return withLastUse(tables, rows)
}

const keysOf = ['usernameKey', 'displayNameKey', 'emailKey'] as const

/** @throws Problem not_found */
export async function readAccount(tables: Pick<GatewayTables, 'user' | 'session'>, id: string): Promise<Account> {
  const row = await tables.user.findUnique({ where: { id }, select: columns })
  const [account] = await withLastUse(tables, row ? [row] : [])
  if (!account) throw new Problem('not_found')
  return account
}

/** With the time when one of their devices was last there; null when they have none. */
async function withLastUse(tables: Pick<GatewayTables, 'session'>, rows: Row[]) {
  const ids = rows.map(({ id }) => id)
  const lastUse = ids.length > 0 ? await readLastUse(tables, ids) : new Map<string, Date | null>()
  return rows.map(({ createdAt, deactivatedAt, erasedAt, ...row }) => ({
    ...row,
    createdAt: createdAt.toISOString(),
    deactivatedAt: deactivatedAt?.toISOString() ?? null,
    erasedAt: erasedAt?.toISOString() ?? null,
    lastUsedAt: lastUse.get(row.id)?.toISOString() ?? null,
  }))
}

async function readLastUse(tables: Pick<GatewayTables, 'session'>, ids: string[]): Promise<Map<string, Date | null>> {
  const uses = await tables.session.groupBy({
    by: 'userId',
    where: { userId: { in: ids } },
    _max: { lastUsedAt: true },
  })
  return new Map(uses.map(({ userId, _max }) => [userId, _max.lastUsedAt]))
}
