import { randomUUID } from 'node:crypto'
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js'
import type { Event } from '../generated/proto/meeshy/messaging/v1/Event.js'
import type { EventBatch } from '../generated/proto/meeshy/messaging/v1/EventBatch.js'
import type { Message__Output } from '../generated/proto/meeshy/messaging/v1/Message.js'
import type { MessagingServiceHandlers } from '../generated/proto/meeshy/messaging/v1/MessagingService.js'
import type { SubscribeEventsRequest__Output } from '../generated/proto/meeshy/messaging/v1/SubscribeEventsRequest.js'
import { MessagingService, metadataKeys } from '../messaging/contract.js'
import { problemToStatus } from '../messaging/problem-status.js'
import { Problem } from '../problems.js'
import { FakeMessageStore, requireIds } from './fake-message-store.js'

export interface FakeMessagingOptions {
  /** The credential that calls must carry; any when absent. */
  serviceToken?: string
  /** Who may see a conversation; everybody when absent. */
  isMember?: (conversationId: string, userId: string) => boolean
}

/** A call that the fake has received. */
export interface ReceivedCall {
  method: string
  request: unknown
  requestId: string | undefined
}

export interface FakeMessaging {
  readonly host: string
  readonly port: number
  readonly calls: ReceivedCall[]
  /** Methods of the calls that their caller gave up. */
  readonly cancelled: string[]
  readonly messages: readonly Message__Output[]
  /** Acts as the translator: stores a ready translation of the current revision and announces it. */
  translate(messageId: string, language: string, text: string): void
  /** Acts as the translator that gave up: status "skipped" or "failed", with its reason. */
  failTranslation(messageId: string, language: string, status: 'skipped' | 'failed', reason: string): void
  /** Calls are received and never answered, as by a stopped process. */
  hang(): void
  /** Ends `hang`: new calls are answered, those of the meantime stay without an answer. */
  resume(): void
  /** Cuts every connection and stops listening, as a killed process does; the messages stay. */
  stop(): Promise<void>
  /** As after the restore of a backup: another epoch, told with the next stream. */
  renewEpoch(): void
  /** Listens again on the same port. */
  start(): Promise<void>
  close(): Promise<void>
}

/**
 * A MessagingService in memory on a free port of loopback, for the gateway's own tests. It is held to the same
 * contract tests as the real service (messaging-contract.ts), except for membership, which `isMember` says.
 */
export async function startFakeMessaging(options: FakeMessagingOptions = {}): Promise<FakeMessaging> {
  const store = new FakeMessageStore()
  const calls: ReceivedCall[] = []
  const cancelled: string[] = []
  const state = { hanging: false }
  const handlers = createHandlers(store, { calls, cancelled }, state, options)
  let server = createServer(handlers)
  const port = await listen(server, 0)
  return {
    host: '127.0.0.1',
    port,
    calls,
    cancelled,
    messages: store.messages,
    translate: (messageId, language, text) => {
      const { revision } = store.read(messageId)
      const made = { model: 'fake', confidence: 0.9, cached: false, revision }
      store.setTranslation(messageId, { language, status: 'ready', text, ...made })
    },
    failTranslation: (messageId, language, status, reason) => {
      const { revision } = store.read(messageId)
      store.setTranslation(messageId, { language, status, reason, cached: false, revision })
    },
    hang: () => {
      state.hanging = true
    },
    resume: () => {
      state.hanging = false
    },
    stop: async () => server.forceShutdown(),
    renewEpoch: () => {
      store.epoch = randomUUID()
    },
    start: async () => {
      state.hanging = false
      server = createServer(handlers)
      await listen(server, port)
    },
    close: async () => server.forceShutdown(),
  }
}

function createServer(handlers: MessagingServiceHandlers): Server {
  const server = new Server({ 'grpc.max_receive_message_length': 1024 * 1024 })
  server.addService(MessagingService.service, handlers)
  return server
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
}

function createHandlers(
  store: FakeMessageStore,
  { calls, cancelled }: Pick<FakeMessaging, 'calls' | 'cancelled'>,
  state: { hanging: boolean },
  { serviceToken, isMember = () => true }: FakeMessagingOptions,
): MessagingServiceHandlers {
  function receive(method: string, request: unknown, metadata: Metadata): void {
    calls.push({ method, request, requestId: metadata.get(metadataKeys.requestId)[0]?.toString() })
    const given = metadata.get('authorization')[0]
    if (serviceToken !== undefined && given !== `Bearer ${serviceToken}`) throw new Problem('unauthenticated')
  }

  function unary<Request, Response>(method: string, answer: (request: Request) => Response) {
    return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      call.on('cancelled', () => cancelled.push(method))
      try {
        receive(method, call.request, call.metadata)
        if (!state.hanging) callback(null, answer(call.request))
      } catch (error) {
        callback(problemToStatus(error instanceof Problem ? error : new Problem('internal')))
      }
    }
  }

  function checkMember(conversationId: string, userId: string): void {
    requireIds(conversationId, userId)
    if (!isMember(conversationId, userId)) throw new Problem('not_found')
  }

  return {
    CreateMessage: unary('CreateMessage', (request) => {
      checkMember(request.conversationId, request.senderId)
      return store.create(request)
    }),
    GetMessage: unary('GetMessage', ({ messageId, userId }) => {
      requireIds(messageId)
      const message = store.read(messageId)
      checkMember(message.conversationId, userId)
      return message
    }),
    GetConversationMessages: unary('GetConversationMessages', (request) => {
      checkMember(request.conversationId, request.userId)
      return store.list(request)
    }),
    TranslateText: unary('TranslateText', ({ text, source = 'en', targets }) => ({
      source,
      translations: targets.map((language) => ({
        language,
        status: 'ready',
        text: `[${language}] ${text}`,
        model: 'fake',
        confidence: 0.9,
        cached: false,
      })),
    })),
    SubscribeEvents(call) {
      try {
        receive('SubscribeEvents', call.request, call.metadata)
        streamEvents(store, call)
      } catch (error) {
        call.emit('error', problemToStatus(error instanceof Problem ? error : new Problem('internal')))
      }
    },
  }
}

/** The first batch tells epoch and cursor, then what was missed and what happens follow in order. */
function streamEvents(
  store: FakeMessageStore,
  call: ServerWritableStream<SubscribeEventsRequest__Output, EventBatch>,
): void {
  const { epoch } = store
  const [cursorEpoch, cursorPosition] = call.request.cursor.split('/')
  let position = cursorEpoch === epoch ? Number(cursorPosition) : store.end
  const write = (events: Event[]) => call.write({ epoch, cursor: `${epoch}/${position}`, events })
  write([])
  const drain = () => {
    const events = store.eventsAfter(position)
    if (events.length === 0) return
    position += events.length
    write(events)
  }
  drain()
  const stop = store.onEvent(drain)
  call.on('cancelled', stop)
  call.on('close', stop)
}
