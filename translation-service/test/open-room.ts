import type { Event__Output as Event } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Translation__Output as Translation } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import { newId } from '@meeshy/shared/ids'
import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { onTestFinished } from 'vitest'
import type { Person, TestService } from './start-service.js'

type Stream = ReturnType<ContractClient['subscribe']>

/** A conversation of a French sender and others, with a subscription to its events. */
export async function openRoom(test: TestService, ...others: Person[]): Promise<Room> {
  const { conversationId, memberIds } = await test.createRoom([{ reads: 'fr' }, ...others])
  return new Room(test, conversationId, memberIds, await subscribe(test))
}

/** A subscription that has begun, and ends with the test: a service has few to give. */
export async function subscribe({ client }: TestService, cursor = ''): Promise<Stream> {
  const stream = client.subscribe(cursor)
  onTestFinished(() => stream.cancel())
  await waitFor(() => stream.batches.length > 0, { what: 'the subscription' })
  return stream
}

export class Room {
  constructor(
    private readonly test: TestService,
    readonly conversationId: string,
    readonly memberIds: string[],
    private stream: Stream,
  ) {}

  get senderId(): string {
    return this.memberIds[0] ?? ''
  }

  /** The first of the others. */
  get readerId(): string {
    return this.memberIds[1] ?? ''
  }

  async send(content: string, originalLanguage = 'fr', senderId = this.senderId): Promise<Message> {
    const { conversationId } = this
    const request = { conversationId, senderId, content, clientMessageId: newId(), originalLanguage }
    return (await this.test.client.create(request)).message
  }

  edit(messageId: string, content: string, originalLanguage = 'fr') {
    return this.test.client.update({ messageId, userId: this.senderId, content, originalLanguage })
  }

  remove(messageId: string): Promise<Message> {
    return this.test.client.remove({ messageId, userId: this.senderId })
  }

  /** Asks for a translation and waits for it. */
  demand(messageId: string, targetLanguage: string, userId = this.readerId): Promise<Translation> {
    return this.test.client.translateMessage({ messageId, userId, targetLanguage })
  }

  /** A look at the history, the newest page when nothing else is said. */
  async look(range: { before?: number; limit?: number } = {}, userId = this.readerId): Promise<Message[]> {
    return (await this.test.client.list({ conversationId: this.conversationId, userId, ...range })).messages
  }

  events(): Event[] {
    return this.stream.eventsOf(this.conversationId)
  }

  /** The events about translations. */
  translations(): Event[] {
    return this.events().filter(({ language }) => language !== undefined)
  }

  /** What is stored of the translations of a message, by language. */
  async rows(messageId: string) {
    return this.test.people.messageTranslation.findMany({ where: { messageId }, orderBy: { language: 'asc' } })
  }

  /** Waits until so many translations have been told. */
  told(count: number): Promise<void> {
    return waitFor(() => this.translations().length >= count, { what: `${count} translations` })
  }

  /** The gateway's part: a person changes what they read. */
  async prefer(userId: string, preferredLanguage: string): Promise<void> {
    await this.test.people.user.update({ where: { id: userId }, data: { preferredLanguage } })
  }

  /** The gateway's part: a member leaves. */
  async leave(userId: string): Promise<void> {
    const { conversationId } = this
    await this.test.people.conversationMember.delete({ where: { conversationId_userId: { conversationId, userId } } })
  }

  /** The gateway's part: somebody joins. */
  async join(person: Person): Promise<string> {
    const { memberIds } = await this.test.createRoom([person])
    const userId = memberIds[0] ?? ''
    await this.test.people.conversationMember.create({ data: { conversationId: this.conversationId, userId } })
    return userId
  }

  /** Goes on reading the feed after a restart. */
  async resubscribe(): Promise<void> {
    this.stream = await subscribe(this.test, this.stream.batches.at(-1)?.cursor ?? '')
  }
}

/** The translation that an event is about. */
export function translationOf(event: Event | undefined): Translation | undefined {
  return event?.message?.translations.find(({ language }) => language === event.language)
}
