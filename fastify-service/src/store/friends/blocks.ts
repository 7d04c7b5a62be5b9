import { Problem } from '@meeshy/shared/problems'
import { type PublicUser, publicColumns, readPublicUser, requireAccount } from '../accounts/users.js'
import type { GatewayDatabase, GatewayTables } from '../database.js'

/**
 * Stops direct messages, requests, invitations, typing and presence between two people, and withdraws the friend
 * request that waits between them; a second time changes nothing.
 *
 * @throws Problem not_found when there is no such person (any more), token_revoked
 */
export async function blockUser(
  database: Pick<GatewayDatabase, 'transaction'>,
  blockerId: string,
  blockedId: string,
): Promise<void> {
  const pair = { blockerId, blockedId }
  await database.transaction(async (tables) => {
    const { block, friendRequest } = tables
    await requireAccount(tables, blockerId)
    if (!(await readPublicUser(tables, blockedId))) throw new Problem('not_found')
    await block.upsert({ where: { blockerId_blockedId: pair }, create: pair, update: {} })
    const openKey = [blockerId, blockedId].sort().join(':')
    await friendRequest.deleteMany({ where: { openKey, status: 'pending' } })
  })
}

/** Ends a block; where there is none, nothing changes. */
export async function unblockUser(
  tables: Pick<GatewayTables, 'block'>,
  blockerId: string,
  blockedId: string,
): Promise<void> {
  await tables.block.deleteMany({ where: { blockerId, blockedId } })
}

/** Whom somebody has blocked, in the order of their ids; one more than `limit`. */
export async function listBlocked(
  tables: Pick<GatewayTables, 'block'>,
  blockerId: string,
  { limit, after }: { limit: number; after?: string },
): Promise<Array<{ user: PublicUser; blockedAt: string }>> {
  const rows = await tables.block.findMany({
    where: { blockerId, ...(after !== undefined && { blockedId: { gt: after } }) },
    orderBy: { blockedId: 'asc' },
    take: limit + 1,
    select: { createdAt: true, blocked: { select: publicColumns } },
  })
  return rows.map(({ blocked, createdAt }) => ({ user: blocked, blockedAt: createdAt.toISOString() }))
}

/** @throws Problem forbidden when one of these people has blocked the user, or the user one of them: the same for both */
export async function requireNoBlock(
  tables: Pick<GatewayTables, 'block'>,
  userId: string,
  others: string[],
): Promise<void> {
  const block = await tables.block.findFirst({
    where: {
      OR: [
        { blockerId: userId, blockedId: { in: others } },
        { blockedId: userId, blockerId: { in: others } },
      ],
    },
    select: { blockerId: true },
  })
  if (block) throw new Problem('forbidden', 'You cannot invite this person.')
}
