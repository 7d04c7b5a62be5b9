import { type ClientReadableStream, credentials, InterceptingCall, type Interceptor } from '@grpc/grpc-js'
import type { SubscribeEventsRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/SubscribeEventsRequest'
import type { SubscribeEventsResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/SubscribeEventsResponse'
import type { Logger } from '@meeshy/shared/logging'
import { addressOf, MessagingService } from '@meeshy/shared/messaging/contract'
import { type CallSettings, caller, metadataFor } from './call.js'
import { Link, type LinkState } from './link.js'
import { probe } from './probe.js'

const channelOptions = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // A peer that has stopped is noticed in 4 s also when nobody calls.
  'grpc.keepalive_time_ms': 2_000,
  'grpc.keepalive_timeout_ms': 2_000,
  'grpc.keepalive_permit_without_calls': 1,
  // A page of 200 messages of 16 KiB, each with a translation, fits.
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  // A replaced channel must not get the stuck connection of the old one back.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
}

/** Every rpc of the contract as a promise. Each call has a deadline and rejects with a Problem. */
export type MessagingClient = ReturnType<typeof unaryCalls> & {
  /** The stream ends with an error when the link breaks; whoever reads it subscribes again. */
  subscribeEvents(request: SubscribeEventsRequest, settings?: CallSettings): EventStream
}

export type EventStream = ClientReadableStream<SubscribeEventsResponse__Output>

export interface MessagingLink {
  client: MessagingClient
  state(): LinkState
  close(): void
}

/**
 * Connects to the translation service, and keeps connecting. Calls fail at once with a retryable
 * `messages_unavailable` while the link is known to be down. When it breaks under a call, the call is tried up to twice
 * more within its deadline, if that is safe.
 */
export function connectMessaging(options: {
  host: string
  port: number
  serviceToken: string
  /** Who signed the service's certificate, PEM; without one nothing is encrypted. */
  authority?: Buffer | null
  log: Logger
}): MessagingLink {
  const { serviceToken, authority, log } = options
  const streams = new Set<EventStream>()
  const link = new Link({
    create: () =>
      new MessagingService(
        addressOf(options),
        authority ? credentials.createSsl(authority) : credentials.createInsecure(),
        {
          ...channelOptions,
          interceptors: [withToken(serviceToken)],
        },
      ),
    probe,
    onReplaced: () => {
      for (const stream of streams) stream.cancel()
    },
    log,
  })

  return {
    client: {
      ...unaryCalls(link, log),
      subscribeEvents: (request, settings) => {
        const stream = link.client.subscribeEvents(request, metadataFor(settings))
        streams.add(stream)
        stream.once('close', () => streams.delete(stream))
        return stream
      },
    },
    state: () => link.state,
    close: () => link.close(),
  }
}

/** The calls with one answer. Repeatable are those that change nothing, or whose repeat the service recognises. */
function unaryCalls(link: Link, log: Logger) {
  const unary = caller(link, log)
  const rpcs = MessagingService.service
  const always = () => true
  const never = () => false
  return {
    createMessage: unary(rpcs.CreateMessage, { repeatable: ({ clientMessageId }) => Boolean(clientMessageId) }),
    getMessage: unary(rpcs.GetMessage, { repeatable: always }),
    updateMessage: unary(rpcs.UpdateMessage, { repeatable: ({ expectedRevision }) => expectedRevision !== undefined }),
    deleteMessage: unary(rpcs.DeleteMessage, { repeatable: always }),
    translateMessage: unary(rpcs.TranslateMessage, { repeatable: never, waits: true }),
    getConversationMessages: unary(rpcs.GetConversationMessages, { repeatable: always }),
    markMessageAsRead: unary(rpcs.MarkMessageAsRead, { repeatable: always }),
    translateText: unary(rpcs.TranslateText, { repeatable: never, waits: true }),
    getConversationSummaries: unary(rpcs.GetConversationSummaries, { repeatable: always }),
    getConversationEvents: unary(rpcs.GetConversationEvents, { repeatable: always }),
    eraseConversation: unary(rpcs.EraseConversation, { repeatable: always }),
    eraseUserMessages: unary(rpcs.EraseUserMessages, { repeatable: always }),
  }
}

/** Call credentials are refused on insecure channels, so an interceptor adds the token. */
function withToken(serviceToken: string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        metadata.set('authorization', `Bearer ${serviceToken}`)
        next(metadata, listener)
      },
    })
}
