import type { ClientNotification, NotificationType } from '@meeshy/shared/frames/client-notification'
import { newId } from '@meeshy/shared/ids'
import { publicColumns } from './accounts/users.js'
import { chunksOf } from './chunks.js'
import type { GatewayDatabase, GatewayTables } from './database.js'

/** What a notification is about. */
export interface Occasion {
  type: NotificationType
  /** Who caused it. */
  actorId?: string
  conversationId?: string
  messageId?: string
  requestId?: string
}

/** Of one person; older ones go. */
const keptPerPerson = 500

type Notifications = Pick<GatewayTables, 'notification'>
type Row = NonNullable<Awaited<ReturnType<typeof findOne>>>

const columns = {
  id: true,
  userId: true,
  type: true,
  conversationId: true,
  messageId: true,
  requestId: true,
  createdAt: true,
  readAt: true,
  actor: { select: publicColumns },
} as const

/**
 * Stores a notification for each of these people who is to have one: not for the actor, nor for guests and people who
 * have left, nor where one of the two has blocked the other, nor from a conversation that they have muted or are no
 * member of, nor about a request that was withdrawn. A second one of the same kind about the same message is left out.
 *
 * @returns those that are new, by person
 */
export function createNotifications(
  database: GatewayDatabase,
  userIds: readonly string[],
  occasion: Occasion,
): Promise<Map<string, ClientNotification>> {
  return database.transaction(async (tables) => {
    const recipients = await findRecipients(tables, userIds, occasion)
    const ids = recipients.map(() => newId())
    await tables.notification.createMany({
      data: recipients.map((userId, index) => ({ ...occasion, id: ids[index] ?? newId(), userId })),
    })
    const rows = await tables.notification.findMany({ where: { id: { in: ids } }, select: columns })
    return new Map(rows.map((row) => [row.userId, toNotification(row)]))
  })
}

async function findRecipients(
  tables: GatewayTables,
  userIds: readonly string[],
  { type, actorId, conversationId, messageId, requestId }: Occasion,
): Promise<string[]> {
  const others = [...new Set(userIds)].filter((id) => id !== actorId)
  if (others.length === 0 || (requestId !== undefined && !(await isThere(tables, requestId)))) return []
  const people = await tables.user.findMany({
    where: { id: { in: others }, deactivatedAt: null, role: { not: 'GUEST' } },
    select: { id: true },
  })
  const unwanted = new Set<string>()
  if (actorId !== undefined) {
    const [made, received] = [
      await tables.block.findMany({ where: { blockerId: actorId, blockedId: { in: others } } }),
      await tables.block.findMany({ where: { blockedId: actorId, blockerId: { in: others } } }),
    ]
    for (const { blockedId } of made) unwanted.add(blockedId)
    for (const { blockerId } of received) unwanted.add(blockerId)
  }
  if (messageId !== undefined) {
    const told = await tables.notification.findMany({
      where: { userId: { in: others }, type, messageId },
      select: { userId: true },
    })
    for (const { userId } of told) unwanted.add(userId)
  }
  let wanted = people.map(({ id }) => id).filter((id) => !unwanted.has(id))
  if (conversationId !== undefined) {
    const listening = await tables.conversationMember.findMany({
      where: { conversationId, userId: { in: wanted }, muted: false },
      select: { userId: true },
    })
    const ids = new Set(listening.map(({ userId }) => userId))
    wanted = wanted.filter((id) => ids.has(id))
  }
  return wanted
}

async function isThere(tables: GatewayTables, requestId: string): Promise<boolean> {
  return (await tables.friendRequest.findUnique({ where: { id: requestId }, select: { id: true } })) !== null
}

/**
 * Drops what these people have beyond the limit. Not in the transaction that adds to it: looking at many people takes
 * long, and nobody else could write meanwhile.
 */
export async function dropOldNotifications(tables: Notifications, userIds: Iterable<string>): Promise<void> {
  const old: string[] = []
  for (const userId of userIds) {
    const rows = await tables.notification.findMany({
      where: { userId },
      orderBy: { id: 'desc' },
      skip: keptPerPerson,
      take: keptPerPerson,
      select: { id: true },
    })
    old.push(...rows.map(({ id }) => id))
  }
  for (const chunk of chunksOf(old)) await tables.notification.deleteMany({ where: { id: { in: chunk } } })
}

export interface NotificationQuery {
  limit: number
  unread?: boolean
  /** The id of the last one on the page before. */
  after?: string
}

/** Somebody's notifications, newest first; one more than `limit`. */
export async function listNotifications(
  tables: Notifications,
  userId: string,
  { limit, unread = false, after }: NotificationQuery,
): Promise<ClientNotification[]> {
  const rows = await tables.notification.findMany({
    where: { userId, ...(unread && { readAt: null }), ...(after !== undefined && { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: columns,
  })
  return rows.map(toNotification)
}

/** How many somebody has not read; there are never many. */
export async function countUnread(tables: Notifications, userId: string): Promise<number> {
  const [unread] = await tables.notification.groupBy({
    by: 'userId',
    where: { userId, readAt: null },
    _count: true,
  })
  return unread?._count ?? 0
}

/** Marks one as read; a second time changes nothing. Null when it is not theirs. */
export async function markRead(tables: Notifications, userId: string, id: string): Promise<ClientNotification | null> {
  await tables.notification.updateMany({ where: { id, userId, readAt: null }, data: { readAt: new Date() } })
  const row = await findOne(tables, userId, id)
  return row && toNotification(row)
}

/** Marks all as read. */
export async function markAllRead(tables: Notifications, userId: string): Promise<void> {
  await tables.notification.updateMany({ where: { userId, readAt: null }, data: { readAt: new Date() } })
}

function findOne(tables: Notifications, userId: string, id: string) {
  return tables.notification.findUnique({ where: { id, userId }, select: columns })
}

function toNotification({ userId: _, createdAt, readAt, ...row }: Row): ClientNotification {
  return { ...row, createdAt: createdAt.toISOString(), readAt: readAt?.toISOString() ?? null }
}

/** The people who have these usernames, given in lower case; by username. */
export async function findUsersByName(tables: Pick<GatewayTables, 'user'>, names: string[]) {
  const users = await tables.user.findMany({
    where: { usernameKey: { in: names } },
    select: { id: true, usernameKey: true },
  })
  return new Map(users.map(({ id, usernameKey }) => [usernameKey, id]))
}
