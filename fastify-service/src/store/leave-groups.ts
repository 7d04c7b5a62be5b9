import type { GatewayTables } from './database.js'
import { heirKinds } from './heirs.js'

type Tables = Pick<GatewayTables, 'group' | 'groupMember'>

/** Takes somebody out of every group, handing over what was theirs alone; a group with nobody left is gone. */
export async function leaveGroups(tables: Tables, userId: string): Promise<void> {
  const owned = await tables.groupMember.findMany({ where: { userId, role: 'owner' }, select: { groupId: true } })
  await tables.groupMember.deleteMany({ where: { userId } })
  for (const { groupId } of owned) await handOver(tables, groupId)
}

async function handOver(tables: Tables, groupId: string): Promise<void> {
  for (const kind of heirKinds) {
    const heir = await tables.groupMember.findFirst({
      where: { groupId, ...kind },
      orderBy: [{ joinedAt: 'asc' }, { userId: 'asc' }],
      select: { userId: true },
    })
    if (!heir) continue
    const key = { groupId_userId: { groupId, userId: heir.userId } }
    if (kind.role !== 'owner') await tables.groupMember.update({ where: key, data: { role: 'owner' } })
    return
  }
  await tables.group.deleteMany({ where: { id: groupId } })
}
