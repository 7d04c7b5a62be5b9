import type { ConversationChange } from '@meeshy/shared/frames/server-frames'
import { chunksOf } from '../chunks.js'
import type { GatewayTables } from '../database.js'
import { handOver } from '../heirs.js'
import { eraseGuests } from '../share-links/guests.js'
import { placesInConversations } from './heirs-of-conversations.js'

type Tables = Pick<GatewayTables, 'user' | 'session' | 'conversation' | 'conversationMember' | 'block' | 'notification'>

/** What it did to conversations that somebody left all of them; to be told after the commit. */
export interface Departure {
  /** Groups without them, and who owns one now if that is somebody new. */
  left: Array<ConversationChange & { heirId?: string }>
  /** Direct conversations, where they stay. */
  kept: ConversationChange[]
  /** Those with nobody left to own or to read them are gone. */
  deleted: Array<ConversationChange & { memberIds: string[] }>
  /** Guests who went with their conversation; their sockets are still to be closed. */
  guestIds: string[]
}

/**
 * Takes somebody out of every group conversation, handing over what was theirs alone. They stay in direct ones, for
 * the other one's history, unless the other one's account is deleted too.
 */
export async function leaveConversations(tables: Tables, userId: string): Promise<Departure> {
  const memberships = await tables.conversationMember.findMany({
    where: { userId },
    select: { conversationId: true, role: true, conversation: { select: { type: true } } },
  })
  const idsOf = (rows: typeof memberships) => rows.map(({ conversationId }) => conversationId)
  const groups = memberships.filter(({ conversation }) => conversation.type !== 'direct')
  const groupIds = idsOf(groups)
  const directIds = idsOf(memberships.filter(({ conversation }) => conversation.type === 'direct'))

  for (const chunk of chunksOf(groupIds)) {
    await tables.conversationMember.deleteMany({ where: { userId, conversationId: { in: chunk } } })
  }
  await forgetSettings(tables, userId)
  const heirs = await handOver(placesInConversations(tables), idsOf(groups.filter(({ role }) => role === 'owner')))
  const deserted = await findDeserted(tables, userId, directIds)
  for (const [id, heirId] of heirs) if (heirId === null) deserted.add(id)

  const versions = await countChanges(tables, [...groupIds, ...directIds])
  const changesOf = (ids: string[]) => ids.map((id) => ({ id, version: versions.get(id) ?? 0 }))
  return {
    left: changesOf(groupIds.filter((id) => !deserted.has(id))).map((change) => {
      const heirId = heirs.get(change.id)
      return { ...change, ...(heirId && { heirId }) }
    }),
    kept: changesOf(directIds.filter((id) => !deserted.has(id))),
    ...(await deleteAll(tables, changesOf([...deserted]))),
  }
}

/** What is left of memberships says nothing of the person, and asks for no translations. */
async function forgetSettings(tables: Tables, userId: string): Promise<void> {
  const data = { languageOverride: null, autoTranslate: false, muted: true, archived: false, pinned: false }
  await tables.conversationMember.updateMany({ where: { userId }, data })
}

/** Direct conversations whose other one is deleted already. */
async function findDeserted(tables: Tables, userId: string, directIds: string[]): Promise<Set<string>> {
  const deserted = new Set(directIds)
  for (const chunk of chunksOf(directIds)) {
    const readers = await tables.conversationMember.findMany({
      where: { conversationId: { in: chunk }, userId: { not: userId }, user: { erasedAt: null } },
      select: { conversationId: true },
    })
    for (const { conversationId } of readers) deserted.delete(conversationId)
  }
  return deserted
}

/** Their versions after the change. */
async function countChanges(tables: Tables, ids: string[]): Promise<Map<string, number>> {
  const versions = new Map<string, number>()
  for (const chunk of chunksOf(ids)) {
    const where = { id: { in: chunk } }
    await tables.conversation.updateMany({ where, data: { version: { increment: 1 } } })
    const rows = await tables.conversation.findMany({ where, select: { id: true, version: true } })
    for (const { id, version } of rows) versions.set(id, version)
  }
  return versions
}

/** With the guests who are all that is left in them. */
async function deleteAll(
  tables: Tables,
  changes: ConversationChange[],
): Promise<Pick<Departure, 'deleted' | 'guestIds'>> {
  const members = new Map<string, string[]>(changes.map(({ id }) => [id, []]))
  const ids = [...members.keys()]
  for (const chunk of chunksOf(ids)) {
    const rows = await tables.conversationMember.findMany({
      where: { conversationId: { in: chunk } },
      select: { conversationId: true, userId: true },
    })
    for (const { conversationId, userId } of rows) members.get(conversationId)?.push(userId)
  }
  const guestIds = await eraseGuests(tables, [...members.values()].flat())
  for (const chunk of chunksOf(ids)) await tables.conversation.deleteMany({ where: { id: { in: chunk } } })
  return { deleted: changes.map((change) => ({ ...change, memberIds: members.get(change.id) ?? [] })), guestIds }
}
