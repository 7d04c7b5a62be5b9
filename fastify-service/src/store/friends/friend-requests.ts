import type { Prisma } from '@meeshy/shared/generated/prisma/client'
import { publicColumns } from '../accounts/users.js'
import type { GatewayTables } from '../database.js'

export const requestStatuses = ['pending', 'accepted', 'rejected'] as const

export type RequestStatus = (typeof requestStatuses)[number]

export type Requests = Pick<GatewayTables, 'friendRequest'>
export type RequestRow = Prisma.FriendRequestGetPayload<{ select: typeof requestColumns }>

export const requestColumns = {
  id: true,
  status: true,
  createdAt: true,
  answeredAt: true,
  conversationId: true,
  sender: { select: publicColumns },
  receiver: { select: publicColumns },
} as const

/** A friend request as both of its people see it. */
export type FriendRequest = ReturnType<typeof toRequest>

/** Null when there is none, or none that this user has sent or received. */
export async function readRequest(tables: Requests, id: string, userId: string): Promise<FriendRequest | null> {
  const row = await findRequest(tables, id, userId)
  return row && toRequest(row)
}

export interface RequestQuery {
  direction: 'received' | 'sent'
  status?: RequestStatus
  limit: number
  /** The id of the last one on the page before. */
  after?: string
}

/** The requests that somebody has received or sent, newest first; one more than `limit`. */
export async function listRequests(
  tables: Requests,
  userId: string,
  { direction, status, limit, after }: RequestQuery,
): Promise<FriendRequest[]> {
  const rows = await tables.friendRequest.findMany({
    where: {
      ...(direction === 'sent' ? { senderId: userId } : { receiverId: userId }),
      ...(status && { status }),
      ...(after !== undefined && { id: { lt: after } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: requestColumns,
  })
  return rows.map(toRequest)
}

/** The same, as the row that it is. */
export function findRequest(tables: Requests, id: string, userId: string): Promise<RequestRow | null> {
  return tables.friendRequest.findUnique({
    where: { id, OR: [{ senderId: userId }, { receiverId: userId }] },
    select: requestColumns,
  })
}

export function toRequest({ createdAt, answeredAt, ...row }: RequestRow) {
  return { ...row, createdAt: createdAt.toISOString(), answeredAt: answeredAt?.toISOString() ?? null }
}
