import { Problem } from '@meeshy/shared/problems'
import type { GatewayTables } from './database.js'
import { isUniqueViolation } from './violations.js'

/** Stops direct messages, requests, invitations, typing and presence between two people; a second time changes nothing. */
export async function blockUser(
  tables: Pick<GatewayTables, 'block'>,
  blockerId: string,
  blockedId: string,
): Promise<void> {
  try {
    await tables.block.create({ data: { blockerId, blockedId } })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
  }
}

/** Ends a block; where there is none, nothing changes. */
export async function unblockUser(
  tables: Pick<GatewayTables, 'block'>,
  blockerId: string,
  blockedId: string,
): Promise<void> {
  await tables.block.deleteMany({ where: { blockerId, blockedId } })
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
