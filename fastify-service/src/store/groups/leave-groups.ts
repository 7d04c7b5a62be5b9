import { chunksOf } from '../chunks.js'
import type { GatewayTables } from '../database.js'
import { handOver } from '../heirs.js'
import { placesInGroups } from './heirs-of-groups.js'

type Tables = Pick<GatewayTables, 'group' | 'groupMember'>

/** Takes somebody out of every group, handing over what was theirs alone; a group with nobody left is gone. */
export async function leaveGroups(tables: Tables, userId: string): Promise<void> {
  const owned = await tables.groupMember.findMany({ where: { userId, role: 'owner' }, select: { groupId: true } })
  await tables.groupMember.deleteMany({ where: { userId } })
  const ids = owned.map(({ groupId }) => groupId)
  const heirs = await handOver(placesInGroups(tables), ids)
  const deserted = ids.filter((id) => heirs.get(id) === null)
  for (const chunk of chunksOf(deserted)) await tables.group.deleteMany({ where: { id: { in: chunk } } })
}
