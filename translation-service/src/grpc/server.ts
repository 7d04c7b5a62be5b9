import type { MessagingServiceHandlers } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MessagingService'
import type { Context } from '../context.js'
import { createMessageRpc } from './create-message.js'
import { deleteMessageRpc } from './delete-message.js'
import { eraseConversationRpc, eraseUserMessagesRpc } from './erase.js'
import { getConversationEventsRpc } from './get-conversation-events.js'
import { getConversationMessagesRpc } from './get-conversation-messages.js'
import { getConversationSummariesRpc } from './get-conversation-summaries.js'
import { getMessageRpc } from './get-message.js'
import { Handlers } from './handler.js'
import { type GrpcServer, listen } from './listen.js'
import { markMessageAsReadRpc } from './mark-message-as-read.js'
import { subscribeEventsRpc } from './subscribe-events.js'
import { translateMessageRpc } from './translate-message.js'
import { translateTextRpc } from './translate-text.js'
import { updateMessageRpc } from './update-message.js'

export type { GrpcServer } from './listen.js'

/** Serves every rpc of the contract. */
export function startGrpcServer(context: Context): Promise<GrpcServer> {
  return listen(context, rpcs(context))
}

function rpcs(context: Context): MessagingServiceHandlers {
  const handlers = new Handlers(context)
  return {
    CreateMessage: handlers.unary('CreateMessage', createMessageRpc),
    GetMessage: handlers.unary('GetMessage', getMessageRpc),
    UpdateMessage: handlers.unary('UpdateMessage', updateMessageRpc),
    DeleteMessage: handlers.unary('DeleteMessage', deleteMessageRpc),
    TranslateMessage: handlers.unary('TranslateMessage', translateMessageRpc),
    GetConversationMessages: handlers.unary('GetConversationMessages', getConversationMessagesRpc),
    MarkMessageAsRead: handlers.unary('MarkMessageAsRead', markMessageAsReadRpc),
    TranslateText: handlers.unary('TranslateText', translateTextRpc),
    GetConversationSummaries: handlers.unary('GetConversationSummaries', getConversationSummariesRpc),
    GetConversationEvents: handlers.unary('GetConversationEvents', getConversationEventsRpc),
    EraseConversation: handlers.unary('EraseConversation', eraseConversationRpc),
    EraseUserMessages: handlers.unary('EraseUserMessages', eraseUserMessagesRpc),
    SubscribeEvents: handlers.stream('SubscribeEvents', subscribeEventsRpc),
  }
}
