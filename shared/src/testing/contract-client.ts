import { randomUUID } from 'node:crypto'
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import type { Event__Output } from '../generated/proto/meeshy/messaging/v1/Event.js'
import type { Message__Output } from '../generated/proto/meeshy/messaging/v1/Message.js'
import type { MessagingServiceClient } from '../generated/proto/meeshy/messaging/v1/MessagingService.js'
import type { SubscribeEventsResponse__Output } from '../generated/proto/meeshy/messaging/v1/SubscribeEventsResponse.js'
import type { Translation__Output } from '../generated/proto/meeshy/messaging/v1/Translation.js'
import { MessagingService, metadataKeys } from '../messaging/contract.js'
import { statusToProblem } from '../messaging/problem-status.js'

const deadlineMs = 10_000
const rpcs = MessagingService.service

/** The calls of the contract as promises that reject with a Problem. A message that an answer has to hold is there. */
export class ContractClient {
  readonly #client: MessagingServiceClient
  readonly #token: string | undefined

  constructor({ host, port }: { host: string; port: number }, token: string | undefined) {
    // A connection of its own, and not one that waits because a former client could not connect.
    const options = { 'grpc.use_local_subchannel_pool': 1 }
    this.#client = new MessagingService(`${host}:${port}`, credentials.createInsecure(), options)
    this.#token = token
  }

  async create(request: RequestOf<'CreateMessage'>): Promise<{ message: Message__Output; created: boolean }> {
    return withMessage(await this.#call(rpcs.CreateMessage, request))
  }

  async read(request: RequestOf<'GetMessage'>): Promise<Message__Output> {
    return withMessage(await this.#call(rpcs.GetMessage, request)).message
  }

  async update(request: RequestOf<'UpdateMessage'>): Promise<{ message: Message__Output; changed: boolean }> {
    return withMessage(await this.#call(rpcs.UpdateMessage, request))
  }

  async remove(request: RequestOf<'DeleteMessage'>): Promise<Message__Output> {
    return withMessage(await this.#call(rpcs.DeleteMessage, request)).message
  }

  async translateMessage(request: RequestOf<'TranslateMessage'>): Promise<Translation__Output> {
    const { translation } = await this.#call(rpcs.TranslateMessage, request)
    if (!translation) throw new Error('the answer has no translation')
    return translation
  }

  list(request: RequestOf<'GetConversationMessages'>) {
    return this.#call(rpcs.GetConversationMessages, request)
  }

  markAsRead(request: RequestOf<'MarkMessageAsRead'>) {
    return this.#call(rpcs.MarkMessageAsRead, request)
  }

  /** Translates a text that belongs to no message. */
  translate(request: RequestOf<'TranslateText'>) {
    return this.#call(rpcs.TranslateText, request)
  }

  async summarise(request: RequestOf<'GetConversationSummaries'>) {
    return (await this.#call(rpcs.GetConversationSummaries, request)).summaries
  }

  events(request: RequestOf<'GetConversationEvents'>) {
    return this.#call(rpcs.GetConversationEvents, request)
  }

  eraseConversation(request: RequestOf<'EraseConversation'>) {
    return this.#call(rpcs.EraseConversation, request)
  }

  eraseUserMessages(request: RequestOf<'EraseUserMessages'>) {
    return this.#call(rpcs.EraseUserMessages, request)
  }

  subscribe(cursor: string) {
    const stream = this.#client.subscribeEvents({ cursor }, this.#metadata())
    const received = {
      batches: [] as SubscribeEventsResponse__Output[],
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
    stream.on('data', (batch: SubscribeEventsResponse__Output) => received.batches.push(batch))
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

  #call<Request, Response>(
    { path, requestSerialize, responseDeserialize }: Rpc<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const options = { deadline: Date.now() + deadlineMs }
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.#metadata(),
        options,
        (error, response) => (error ? reject(statusToProblem(error)) : resolve(response as Response)),
      )
    })
  }
}

/** One rpc of the generated service, as far as a call needs it. */
interface Rpc<Request, Response> {
  path: string
  requestSerialize(request: Request): Buffer
  responseDeserialize(bytes: Buffer): Response
}

type RequestOf<Name extends keyof typeof rpcs> = Parameters<(typeof rpcs)[Name]['requestSerialize']>[0]

function withMessage<Response extends { message: Message__Output | null }>(
  response: Response,
): Response & { message: Message__Output } {
  const { message } = response
  if (!message) throw new Error('the answer has no message')
  return { ...response, message }
}
