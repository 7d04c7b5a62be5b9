import { newId } from '@meeshy/shared/ids'
import { Problem } from '@meeshy/shared/problems'
import { invalid } from '../../inputs.js'
import { hasAccount, requireAccount } from '../accounts/users.js'
import { createDirect } from '../conversations/conversations.js'
import type { GatewayDatabase, GatewayTables } from '../database.js'
import { isUniqueViolation } from '../violations.js'
import { requireNoBlock } from './blocks.js'
import {
  type FriendRequest,
  findRequest,
  type RequestRow,
  type Requests,
  requestColumns,
  toRequest,
} from './friend-requests.js'

/** Requests of one person that wait for an answer. */
const pendingLimit = 200

/** After a no, the same person waits as long as this before they ask again. */
const patienceMs = 24 * 60 * 60 * 1000

/** Somebody who is asked, and asks at the same moment, is met in the next try. */
const tries = 5

/** What has come of asking or answering. */
export interface Outcome {
  request: FriendRequest
  /** False when everything was so already. */
  changed: boolean
  /** The direct conversation that this has made. */
  opened: string | null
}

/**
 * Asks somebody to be friends. Asking again gives the request that is there; asking who has asked already accepts.
 *
 * @throws Problem validation_failed when they have no account; forbidden when one has blocked the other;
 * request_rejected when they have said no not long ago; rate_limited when too many requests of the sender wait;
 * token_revoked
 */
export async function askFriend(database: GatewayDatabase, senderId: string, receiverId: string): Promise<Outcome> {
  for (let left = tries; ; left -= 1) {
    try {
      return await database.transaction((tables) => ask(tables, senderId, receiverId))
    } catch (error) {
      // Only the database can say who was first; the transaction sees it when it is begun anew.
      if (!isUniqueViolation(error) || left === 1) throw error
    }
  }
}

async function ask(tables: GatewayTables, senderId: string, receiverId: string): Promise<Outcome> {
  await requireAccount(tables, senderId)
  if (!(await hasAccount(tables, receiverId))) throw invalid('/receiverId', 'is nobody')
  await requireNoBlock(tables, senderId, [receiverId])
  const openKey = [senderId, receiverId].sort().join(':')
  const open = await tables.friendRequest.findUnique({ where: { openKey }, select: requestColumns })
  if (open?.status === 'pending' && open.receiver.id === senderId) return accept(tables, open.id, senderId)
  if (open) return unchanged(open)
  await requirePatience(tables, senderId, receiverId)
  const pending = await tables.friendRequest.count({ where: { senderId, status: 'pending' } })
  if (pending >= pendingLimit)
    throw new Problem('rate_limited', 'Too many of your requests wait for an answer. Cancel some of them.')
  const data = { id: newId(), senderId, receiverId, openKey }
  const request = toRequest(await tables.friendRequest.create({ data, select: requestColumns }))
  return { request, changed: true, opened: null }
}

/** @throws Problem request_rejected */
async function requirePatience({ friendRequest }: Requests, senderId: string, receiverId: string): Promise<void> {
  const no = await friendRequest.findFirst({
    where: { senderId, receiverId, status: 'rejected', answeredAt: { gt: new Date(Date.now() - patienceMs) } },
    orderBy: { id: 'desc' },
    select: { answeredAt: true },
  })
  if (!no?.answeredAt) return
  const retryAfterSeconds = Math.ceil((no.answeredAt.getTime() + patienceMs - Date.now()) / 1000)
  throw new Problem('request_rejected', undefined, { retryAfterSeconds })
}

/**
 * Answers a request as its receiver; the same answer again changes nothing. Accepting opens the direct conversation.
 *
 * @throws Problem not_found; forbidden for its sender, and when one has blocked the other meanwhile; request_answered
 */
export function answerRequest(
  database: GatewayDatabase,
  id: string,
  userId: string,
  answer: 'accepted' | 'rejected',
): Promise<Outcome> {
  return database.transaction(async (tables) => {
    const row = await requireRequest(tables, id, userId)
    if (row.receiver.id !== userId) throw new Problem('forbidden', 'Only who was asked may answer.')
    if (row.status === answer) return unchanged(row)
    if (answer === 'accepted') return accept(tables, id, userId)
    return { request: await settle(tables, id, { status: 'rejected', openKey: null }), changed: true, opened: null }
  })
}

async function accept(tables: GatewayTables, id: string, receiverId: string): Promise<Outcome> {
  const { sender } = await settle(tables, id, { status: 'accepted' })
  if (!(await hasAccount(tables, sender.id))) throw new Problem('forbidden', 'This person is here no more.')
  await requireNoBlock(tables, receiverId, [sender.id])
  const { id: conversationId, created } = await createDirect(tables, receiverId, sender.id)
  const row = await tables.friendRequest.update({ where: { id }, data: { conversationId }, select: requestColumns })
  return { request: toRequest(row), changed: true, opened: created ? conversationId : null }
}

/** Of all answers and the cancelling the first one wins. @throws Problem request_answered */
async function settle(
  { friendRequest }: Requests,
  id: string,
  change: { status: 'accepted' | 'rejected'; openKey?: null },
): Promise<FriendRequest> {
  const [row] = await friendRequest.updateManyAndReturn({
    where: { id, status: 'pending' },
    data: { ...change, answeredAt: new Date() },
    select: requestColumns,
  })
  if (!row) throw new Problem('request_answered')
  return toRequest(row)
}

/**
 * Cancels a request as its sender, or ends a friendship as one of the two; their direct conversation stays.
 *
 * @param onlyPending leaves a friendship as it is
 * @throws Problem not_found; forbidden for the receiver of one that waits; request_answered for one that was rejected,
 * which stays, so that its sender waits
 */
export function removeRequest(
  database: GatewayDatabase,
  id: string,
  userId: string,
  { onlyPending }: { onlyPending: boolean },
): Promise<void> {
  return database.transaction(async (tables) => {
    const { status, receiver } = await requireRequest(tables, id, userId)
    if (status === 'pending' && receiver.id === userId) throw new Problem('forbidden', 'Reject it instead.')
    if (status === 'rejected' || (onlyPending && status !== 'pending')) throw new Problem('request_answered')
    const { count } = await tables.friendRequest.deleteMany({ where: { id, status } })
    if (count === 0) throw new Problem('request_answered')
  })
}

async function requireRequest(tables: Requests, id: string, userId: string): Promise<RequestRow> {
  const row = await findRequest(tables, id, userId)
  if (!row) throw new Problem('not_found')
  return row
}

function unchanged(row: RequestRow): Outcome {
  return { request: toRequest(row), changed: false, opened: null }
}
