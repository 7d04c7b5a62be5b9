import { type ClientReadableStream, credentials, InterceptingCall, type Interceptor } from '@grpc/grpc-js'
import type { CreateMessageRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/CreateMessageRequest'
import type { CreateMessageResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/CreateMessageResponse'
import type { EventBatch__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/EventBatch'
import type { GetConversationMessagesRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationMessagesRequest'
import type { GetConversationMessagesResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationMessagesResponse'
import type { GetMessageRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetMessageRequest'
import type { Message__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { SubscribeEventsRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/SubscribeEventsRequest'
import type { TranslateTextRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/TranslateTextRequest'
import type { TranslateTextResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/TranslateTextResponse'
import type { Logger } from '@meeshy/shared/logging'
import { MessagingService } from '@meeshy/shared/messaging/contract'
import { type CallSettings, caller, metadataFor } from './call.js'
import { Link, type LinkState } from './link.js'

const channelOptions = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.keepalive_permit_without_calls': 1,
  // A page of 200 messages of 16 KiB, each with a translation, fits.
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  // A replaced channel must not get the stuck connection of the old one back.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
}

/** The generated client with promises. Every call has a deadline and rejects with a Problem. */
export interface MessagingClient {
  createMessage(request: CreateMessageRequest, settings?: CallSettings): Promise<CreateMessageResponse__Output>
  getMessage(request: GetMessageRequest, settings?: CallSettings): Promise<Message__Output>
  getConversationMessages(
    request: GetConversationMessagesRequest,
    settings?: CallSettings,
  ): Promise<GetConversationMessagesResponse__Output>
  translateText(request: TranslateTextRequest, settings?: CallSettings): Promise<TranslateTextResponse__Output>
  /** The stream ends with an error when the link breaks; whoever reads it subscribes again. */
  subscribeEvents(request: SubscribeEventsRequest, settings?: CallSettings): ClientReadableStream<EventBatch__Output>
}

export interface MessagingLink {
  client: MessagingClient
  state(): LinkState
  close(): void
}

/**
 * Connects to the translation service, and keeps connecting. Calls fail at once with a retryable
 * `messages_unavailable` while the link is known to be down. Reads, and creates that carry a clientMessageId, are
 * tried up to twice more within their deadline when the link breaks under them; nothing else is.
 */
export function connectMessaging(options: {
  host: string
  port: number
  serviceToken: string
  log: Logger
}): MessagingLink {
  const { host, port, serviceToken, log } = options
  const streams = new Set<ClientReadableStream<EventBatch__Output>>()
  const link = new Link({
    create: () =>
      new MessagingService(`${host}:${port}`, credentials.createInsecure(), {
        ...channelOptions,
        interceptors: [withToken(serviceToken)],
      }),
    onReplaced: () => {
      for (const stream of streams) stream.cancel()
    },
    log,
  })
  const call = caller(link, log)

  return {
    client: {
      createMessage: (request, settings) =>
        call((client, ...rest) => client.createMessage(request, ...rest), {
          ...settings,
          repeatable: Boolean(request.clientMessageId),
        }),
      getMessage: (request, settings) =>
        call((client, ...rest) => client.getMessage(request, ...rest), { ...settings, repeatable: true }),
      getConversationMessages: (request, settings) =>
        call((client, ...rest) => client.getConversationMessages(request, ...rest), { ...settings, repeatable: true }),
      translateText: (request, settings) =>
        call((client, ...rest) => client.translateText(request, ...rest), {
          ...settings,
          repeatable: false,
          waits: true,
        }),
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
