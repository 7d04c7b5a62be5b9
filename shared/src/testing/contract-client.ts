import { randomUUID } from 'node:crypto'
import { type CallOptions, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import type { CreateMessageRequest } from '../generated/proto/meeshy/messaging/v1/CreateMessageRequest.js'
import type { CreateMessageResponse__Output } from '../generated/proto/meeshy/messaging/v1/CreateMessageResponse.js'
import type { Event__Output } from '../generated/proto/meeshy/messaging/v1/Event.js'
import type { EventBatch__Output } from '../generated/proto/meeshy/messaging/v1/EventBatch.js'
import type { GetConversationMessagesRequest } from '../generated/proto/meeshy/messaging/v1/GetConversationMessagesRequest.js'
import type { GetConversationMessagesResponse__Output } from '../generated/proto/meeshy/messaging/v1/GetConversationMessagesResponse.js'
import type { GetMessageRequest } from '../generated/proto/meeshy/messaging/v1/GetMessageRequest.js'
import type { Message__Output } from '../generated/proto/meeshy/messaging/v1/Message.js'
import type { MessagingServiceClient } from '../generated/proto/meeshy/messaging/v1/MessagingService.js'
import type { TranslateTextRequest } from '../generated/proto/meeshy/messaging/v1/TranslateTextRequest.js'
import type { TranslateTextResponse__Output } from '../generated/proto/meeshy/messaging/v1/TranslateTextResponse.js'
import { MessagingService, metadataKeys } from '../messaging/contract.js'
import { statusToProblem } from '../messaging/problem-status.js'

/** The calls of the contract as promises that reject with a Problem. */
export class ContractClient {
  readonly #client: MessagingServiceClient
  readonly #token: string | undefined

  constructor({ host, port }: { host: string; port: number }, token: string | undefined) {
    this.#client = new MessagingService(`${host}:${port}`, credentials.createInsecure())
    this.#token = token
  }

  create(request: CreateMessageRequest): Promise<CreateMessageResponse__Output> {
    return this.#call((...rest) => this.#client.createMessage(request, ...rest))
  }

  read(request: GetMessageRequest): Promise<Message__Output> {
    return this.#call((...rest) => this.#client.getMessage(request, ...rest))
  }

  list(request: GetConversationMessagesRequest): Promise<GetConversationMessagesResponse__Output> {
    return this.#call((...rest) => this.#client.getConversationMessages(request, ...rest))
  }

  translate(request: TranslateTextRequest): Promise<TranslateTextResponse__Output> {
    return this.#call((...rest) => this.#client.translateText(request, ...rest))
  }

  subscribe(cursor: string) {
    const stream = this.#client.subscribeEvents({ cursor }, this.#metadata())
    const received = {
      batches: [] as EventBatch__Output[],
      error: null as ServiceError | null,
      eventsOf(conversationId: string): Event__Output[] {
        return received.batches.flatMap(({ events }) =>
          events.filter((event) => event.conversationId === conversationId),
        )
      },
      newsOf(conversationId: string): Event__Output[] {
        return received.eventsOf(conversationId).filter(({ type }) => type === 'new')
      },
      cancel: () => stream.cancel(),
    }
    stream.on('data', (batch: EventBatch__Output) => received.batches.push(batch))
    stream.on('error', (error: ServiceError) => {
      received.error = error
    })
    return received
  }

  close(): void {
    this.#client.close()
  }

  #metadata(): Metadata {
    const metadata = new Metadata()
    metadata.set(metadataKeys.requestId, randomUUID())
    if (this.#token !== undefined) metadata.set('authorization', `Bearer ${this.#token}`)
    return metadata
  }

  #call<Response>(
    start: (
      metadata: Metadata,
      options: CallOptions,
      callback: (error: ServiceError | null, response?: Response) => void,
    ) => void,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      start(this.#metadata(), { deadline: Date.now() + 10_000 }, (error, response) =>
        error ? reject(statusToProblem(error)) : resolve(response as Response),
      )
    })
  }
}
