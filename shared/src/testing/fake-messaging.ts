import { randomUUID } from 'node:crypto'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { Message__Output } from '../generated/proto/meeshy/messaging/v1/Message.js'
import type { MessagingServiceHandlers } from '../generated/proto/meeshy/messaging/v1/MessagingService.js'
import { MessagingService } from '../messaging/contract.js'
import { FakeMessageStore } from './fake-message-store.js'
import { FakePeople, type PeopleOptions } from './fake-messaging-people.js'
import { type ReceivedCall, Receiver } from './fake-messaging-receiver.js'
import { createRpcs } from './fake-messaging-rpcs.js'

export interface FakeMessagingOptions extends PeopleOptions {
  /** The credential that calls must carry; any when absent. */
  serviceToken?: string
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
  /** Calls are received and never answered, as by a stopped process; or only those of one method. */
  hang(method?: string): void
  /** Ends `hang`: new calls are answered, those of the meantime stay without an answer. */
  resume(): void
  /** Cuts every connection and stops listening, as a killed process does; the messages stay. */
  stop(): Promise<void>
  /** As after the restore of a backup: another epoch, told with the next stream. */
  renewEpoch(): void
  /** As when the events until now were removed because of their age: no stream can start before them. */
  forgetEvents(): void
  /** Listens again on the same port. */
  start(): Promise<void>
  close(): Promise<void>
}

/**
 * A MessagingService in memory on a free port of loopback, for the gateway's own tests. It is held to the same
 * contract tests as the real service (messaging-contract.ts), except for what the other half of the database says:
 * who is a member and reads what comes from the options.
 */
export async function startFakeMessaging(options: FakeMessagingOptions = {}): Promise<FakeMessaging> {
  const store = new FakeMessageStore()
  const receiver = new Receiver(options.serviceToken)
  const rpcs = createRpcs({ store, people: new FakePeople(options) }, receiver)
  let server = createServer(rpcs)
  const port = await listen(server, 0)
  return {
    host: '127.0.0.1',
    port,
    calls: receiver.calls,
    cancelled: receiver.cancelled,
    messages: store.messages,
    translate: (messageId, language, text) => {
      const message = store.read(messageId)
      const made = { model: 'fake', confidence: 0.9, cached: false, revision: message.revision, retriable: false }
      store.setTranslation(message, { language, status: 'ready', text, ...made })
    },
    failTranslation: (messageId, language, status, reason) => {
      const message = store.read(messageId)
      const { revision } = message
      store.setTranslation(message, { language, status, reason, cached: false, revision, retriable: false })
    },
    hang: (method) => {
      receiver.hanging = method ?? true
    },
    resume: () => {
      receiver.hanging = false
    },
    stop: async () => server.forceShutdown(),
    renewEpoch: () => {
      store.log.epoch = randomUUID()
    },
    forgetEvents: () => store.log.forget(),
    start: async () => {
      receiver.hanging = false
      server = createServer(rpcs)
      await listen(server, port)
    },
    close: async () => server.forceShutdown(),
  }
}

function createServer(rpcs: MessagingServiceHandlers): Server {
  const server = new Server({ 'grpc.max_receive_message_length': 1024 * 1024 })
  server.addService(MessagingService.service, rpcs)
  return server
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
}
