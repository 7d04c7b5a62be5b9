import { randomUUID } from 'node:crypto'
import type { CreateMessageRequest } from '../../generated/proto/meeshy/messaging/v1/CreateMessageRequest.js'
import type { Event__Output } from '../../generated/proto/meeshy/messaging/v1/Event.js'
import type { Message__Output } from '../../generated/proto/meeshy/messaging/v1/Message.js'
import { ContractClient } from '../contract-client.js'

/** A room of the service under test. The first member reads French, the second and the moderator English. */
export interface Room {
  conversationId: string
  memberIds: [string, string]
  /** A third member, whose role lets them delete what others wrote. */
  moderatorId: string
  /** Somebody with an account who is no member. */
  strangerId: string
}

/** A running service, real or fake. */
export interface MessagingUnderTest {
  host: string
  port: number
  serviceToken: string
  /** A room of new people, and of somebody from another room if one is given. */
  createRoom(joiningId?: string): Promise<Room>
  close(): Promise<void>
}

/** What the tests of every subject share: the service under test, and a client of it. */
export class ContractTest {
  client!: ContractClient
  #service!: MessagingUnderTest

  async open(start: () => Promise<MessagingUnderTest>): Promise<void> {
    this.#service = await start()
    this.client = this.clientWith(this.#service.serviceToken)
  }

  async close(): Promise<void> {
    this.client.close()
    await this.#service.close()
  }

  clientWith(serviceToken: string | undefined): ContractClient {
    return new ContractClient(this.#service, serviceToken)
  }

  createRoom(joiningId?: string): Promise<Room> {
    return this.#service.createRoom(joiningId)
  }

  /** A room with a message in English that its second member wrote. */
  async createMessage(): Promise<Room & { authorId: string; readerId: string; message: Message__Output }> {
    const room = await this.createRoom()
    const [readerId, authorId] = room.memberIds
    const { message } = await this.client.create(draft(room.conversationId, authorId))
    return { ...room, authorId, readerId, message }
  }

  /** The events of a conversation that are about messages themselves, as the moderator is told them. */
  async messageEvents({ conversationId, moderatorId }: Room): Promise<Event__Output[]> {
    const { events } = await this.client.events({ conversationId, userId: moderatorId, afterEventSeq: 0 })
    return events.filter(({ language }) => language === undefined)
  }
}

type OptionalField = 'replyToId' | '_replyToId' | '_originalLanguage'

/** A message in English that can be sent again. */
export function draft(conversationId: string, senderId: string): Required<Omit<CreateMessageRequest, OptionalField>> {
  const content = `Hello ${randomUUID()}`
  return { conversationId, senderId, content, clientMessageId: randomUUID(), originalLanguage: 'en' }
}

/** What no message can say, with the words for it. */
export const badContents = [
  ['empty', ''],
  ['too long', 'a'.repeat(4001)],
  ['with U+0000', 'a\0b'],
] as const

/** ISO 8601, UTC, with milliseconds. */
export const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

export function oneTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
