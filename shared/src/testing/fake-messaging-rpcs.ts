import type { GetConversationEventsRequest__Output } from '../generated/proto/meeshy/messaging/v1/GetConversationEventsRequest.js'
import type { GetConversationEventsResponse } from '../generated/proto/meeshy/messaging/v1/GetConversationEventsResponse.js'
import type { MarkMessageAsReadRequest__Output } from '../generated/proto/meeshy/messaging/v1/MarkMessageAsReadRequest.js'
import type { MarkMessageAsReadResponse } from '../generated/proto/meeshy/messaging/v1/MarkMessageAsReadResponse.js'
import type { MessagingServiceHandlers } from '../generated/proto/meeshy/messaging/v1/MessagingService.js'
import { Problem } from '../problems.js'
import { requireIds } from './fake-message-store.js'
import { type Fake, findMessage, made, messageRpcs, refuse } from './fake-messaging-message-rpcs.js'
import type { Receiver } from './fake-messaging-receiver.js'

const defaultPage = 50
/** Of messages or events in a page, of conversations, and of read marks. */
const most = 200

/** Every rpc of the contract, answered from memory. */
export function createRpcs(fake: Fake, receiver: Receiver): MessagingServiceHandlers {
  const { store, people } = fake
  return {
    ...messageRpcs(fake, receiver),
    GetConversationMessages: receiver.unary('GetConversationMessages', (request) => {
      people.requireMember(request.conversationId, request.userId)
      if (request.before !== undefined && request.after !== undefined) refuse('Give before or after, not both.')
      const { messages, hasMore } = store.list(request, requireLimit(request.limit ?? defaultPage))
      const { userId, allTranslations } = request
      return { messages: messages.map((message) => people.show(message, userId, allTranslations)), hasMore }
    }),
    MarkMessageAsRead: receiver.unary('MarkMessageAsRead', (request) => markAsRead(fake, request)),
    TranslateText: receiver.unary('TranslateText', ({ text, source = 'en', targets }) => ({
      source,
      translations: targets.map((language) => ({ ...made(language, text), revision: 0 })),
    })),
    GetConversationSummaries: receiver.unary('GetConversationSummaries', (request) => {
      const { userId, conversationIds, withReadMarks, countersOnly } = request
      if (conversationIds.length < 1 || conversationIds.length > most) refuse('Give 1 to 200 conversations.')
      requireIds(userId, ...conversationIds)
      const visible = conversationIds.filter((id) => people.isMember(id, userId))
      if (countersOnly) return { summaries: visible.map((id) => countersOf(fake, id)) }
      return { summaries: visible.map((id) => summarise(fake, id, userId, withReadMarks)) }
    }),
    GetConversationEvents: receiver.unary('GetConversationEvents', (request) => readEvents(fake, request)),
    EraseConversation: receiver.unary('EraseConversation', ({ conversationId }) => {
      people.requireNoConversation(conversationId)
      store.dropConversation(conversationId)
      return {}
    }),
    EraseUserMessages: receiver.unary('EraseUserMessages', ({ userId }) => {
      people.requireNotActive(userId)
      store.removeAllOf(userId)
      return {}
    }),
    SubscribeEvents: receiver.stream(store.log),
  }
}

function markAsRead(fake: Fake, request: MarkMessageAsReadRequest__Output): MarkMessageAsReadResponse {
  const { store, people } = fake
  const { userId, messageId } = request
  if ((request.seq === undefined) === (messageId === undefined)) refuse('Give seq or messageId, and not both.')
  const message = messageId === undefined ? null : findMessage(fake, messageId, userId)
  const conversationId = request.conversationId || (message?.conversationId ?? '')
  people.requireMember(conversationId, userId)
  if (message && message.conversationId !== conversationId) throw new Problem('not_found')
  const lastSeq = store.lastSeqOf(conversationId)
  const moved = store.marks.move(conversationId, userId, Math.min(message?.seq ?? request.seq ?? 0, lastSeq))
  const seq = store.marks.of(conversationId, userId)
  return { conversationId, seq, moved, unreadCount: lastSeq - seq }
}

function countersOf({ store }: Fake, conversationId: string) {
  return {
    conversationId,
    lastSeq: store.lastSeqOf(conversationId),
    lastEventSeq: store.log.lastSeqOf(conversationId),
  }
}

function summarise(fake: Fake, conversationId: string, userId: string, withReadMarks: boolean) {
  const { store, people } = fake
  const lastMessage = store.lastOf(conversationId)
  const { lastSeq } = countersOf(fake, conversationId)
  const readSeq = store.marks.of(conversationId, userId)
  const marks = store.marks.list(conversationId).filter((mark) => people.isMember(conversationId, mark.userId))
  return {
    ...countersOf(fake, conversationId),
    ...(lastMessage ? { lastActivityAt: lastMessage.createdAt } : {}),
    readSeq,
    unreadCount: lastSeq - readSeq,
    lastMessage: lastMessage ? people.show(lastMessage, userId) : null,
    readMarks: withReadMarks ? marks.slice(0, most) : [],
  }
}

function readEvents(
  { store, people }: Fake,
  request: GetConversationEventsRequest__Output,
): GetConversationEventsResponse {
  const { conversationId, userId, afterEventSeq } = request
  people.requireMember(conversationId, userId)
  const limit = requireLimit(request.limit ?? most)
  const found = store.log.afterSeq(conversationId, afterEventSeq)
  if (typeof found === 'string') return { lastEventSeq: store.log.lastSeqOf(conversationId), resyncReason: found }
  const page = found.slice(0, limit)
  return {
    events: page.filter(({ language, message }) => language === undefined || people.reads(message, userId, language)),
    lastEventSeq: page.at(-1)?.eventSeq ?? afterEventSeq,
    hasMore: found.length > limit,
  }
}

function requireLimit(limit: number): number {
  return limit < 1 || limit > most ? refuse('A page has 1 to 200 items.') : limit
}
