import { MessageSchema } from '@meeshy/shared/frames/client-message'
import type { ConversationSummary__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/ConversationSummary'
import { isPassing } from '@meeshy/shared/messaging/problem-status'
import { NullableInteger, ref } from '@meeshy/shared/schemas'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.js'
import { presentShown } from '../grpc/present.js'

/** Where a conversation stands for its reader; all of it null while messages are not available. */
export const standingFields = {
  lastSeq: NullableInteger,
  lastEventSeq: NullableInteger,
  readSeq: NullableInteger,
  unreadCount: NullableInteger,
  lastMessage: Type.Union([ref(MessageSchema), Type.Null()], { description: 'as the caller reads it' }),
}

export type Standing = Static<ReturnType<typeof Type.Object<typeof standingFields>>>

const unknown: Standing = { lastSeq: null, lastEventSeq: null, readSeq: null, unreadCount: null, lastMessage: null }

/**
 * Adds to each conversation where it stands for this user, with one call for all of them. The conversations themselves
 * are filled in: a copy of each would cost more than asking for them.
 */
export async function withStandings<Row extends { id: string }>(
  { messaging }: Context,
  userId: string,
  rows: Row[],
  requestId: string,
): Promise<Array<Row & Standing>> {
  const ids = rows.map(({ id }) => id)
  const summaries = await messaging.summaries(userId, ids, requestId).catch((error: unknown) => {
    if (isPassing(error)) return null
    throw error
  })
  return rows.map((row) => {
    const summary = summaries?.get(row.id)
    return Object.assign(row, summary ? toStanding(summary) : unknown)
  })
}

function toStanding(summary: ConversationSummary__Output): Standing {
  const { lastSeq, lastEventSeq, readSeq, unreadCount, lastMessage } = summary
  return { lastSeq, lastEventSeq, readSeq, unreadCount, lastMessage: lastMessage && presentShown(lastMessage) }
}
