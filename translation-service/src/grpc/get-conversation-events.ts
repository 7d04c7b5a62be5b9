import type { GetConversationEventsRequest__Output as GetConversationEventsRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationEventsRequest'
import type { GetConversationEventsResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationEventsResponse'
import { type Reader, wantedLanguage } from '@meeshy/shared/reader-view'
import type { Context } from '../context.js'
import { type Event, readConversationEvents } from '../store/events.js'
import { requireMember } from '../store/permissions.js'
import { readStates } from '../store/summaries.js'
import { requireId, requireLimit } from './validate.js'

const defaultLimit = 200
const maxBytes = 2 * 1024 * 1024

/** Returns what a member has missed in a conversation, or says that it can no longer be told. */
export async function getConversationEventsRpc(
  request: GetConversationEventsRequest,
  { database }: Context,
): Promise<GetConversationEventsResponse> {
  const { afterEventSeq: after } = request
  const conversationId = requireId(request.conversationId, 'conversationId')
  const limit = requireLimit(request.limit ?? defaultLimit)
  const { reader } = await requireMember(database, conversationId, requireId(request.userId, 'userId'))
  const { lastEventSeq = 0 } = (await readStates(database, [conversationId])).get(conversationId) ?? {}
  const resync = (resyncReason: string) => ({ events: [], lastEventSeq, hasMore: false, resyncReason })
  if (after < 0 || after > lastEventSeq) return resync('unknown_position')
  if (after === lastEventSeq) return { events: [], lastEventSeq, hasMore: false }
  const events = await readConversationEvents(database, conversationId, after, { events: limit, bytes: maxBytes })
  if (events[0]?.eventSeq !== after + 1) return resync('retention')
  const last = events.at(-1)?.eventSeq ?? after
  return {
    events: events.filter((event) => isFor(reader, event)),
    lastEventSeq: last,
    hasMore: last < lastEventSeq,
  }
}

/** Translations are for the readers of their language. */
function isFor(reader: Reader, { language, message }: Event): boolean {
  return language === undefined || (message !== null && wantedLanguage(reader, message.originalLanguage) === language)
}
