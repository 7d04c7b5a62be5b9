import { randomUUID } from 'node:crypto'
import { checkContent } from '../content.js'
import type { CreateMessageRequest__Output } from '../generated/proto/meeshy/messaging/v1/CreateMessageRequest.js'
import type { Event } from '../generated/proto/meeshy/messaging/v1/Event.js'
import type { GetConversationMessagesRequest__Output } from '../generated/proto/meeshy/messaging/v1/GetConversationMessagesRequest.js'
import type { Message__Output } from '../generated/proto/meeshy/messaging/v1/Message.js'
import type { Translation__Output } from '../generated/proto/meeshy/messaging/v1/Translation.js'
import { idPattern } from '../ids.js'
import { Problem } from '../problems.js'

interface LoggedEvent {
  conversationId: string
  eventSeq: number
  type: string
  message: Message__Output
  language?: string
}

const defaultPage = 50
const largestPage = 200

/** The messages of the fake service, in memory, with the rules of the real one. */
export class FakeMessageStore {
  /** A restored backup gets another one. */
  epoch: string = randomUUID()
  readonly messages: Message__Output[] = []
  readonly #log: LoggedEvent[] = []
  readonly #firstContents = new Map<string, string>()
  readonly #wakers = new Set<() => void>()

  /** Stores a message and its event; the same clientMessageId again returns what is there. */
  create(request: CreateMessageRequest__Output): { message: Message__Output; created: boolean } {
    const { conversationId, senderId } = request
    const clientMessageId = request.clientMessageId || randomUUID()
    requireIds(clientMessageId, request.replyToId ?? clientMessageId)
    const content = checkContent(request.content)
    const known = this.messages.find((one) => one.senderId === senderId && one.clientMessageId === clientMessageId)
    if (known) {
      if (this.#firstContents.get(known.id) !== content || known.conversationId !== conversationId) {
        throw new Problem('client_message_id_reused')
      }
      return { message: known, created: false }
    }
    const message: Message__Output = {
      id: randomUUID(),
      conversationId,
      seq: this.messages.filter((one) => one.conversationId === conversationId).length + 1,
      revision: 1,
      senderId,
      clientMessageId,
      content,
      messageType: 'text',
      originalLanguage: request.originalLanguage ?? 'en',
      languageSource: request.originalLanguage === undefined ? 'profile' : 'client',
      ...(request.replyToId === undefined ? {} : { replyToId: request.replyToId }),
      createdAt: new Date().toISOString(),
      translations: [],
    }
    this.messages.push(message)
    this.#firstContents.set(message.id, content)
    this.#announce('new', message)
    return { message, created: true }
  }

  read(messageId: string): Message__Output {
    const message = this.messages.find(({ id }) => id === messageId)
    if (!message) throw new Problem('not_found')
    return message
  }

  /** A page in ascending order: the last messages before `before`, or the first ones after `after`. */
  list(request: GetConversationMessagesRequest__Output): { messages: Message__Output[]; hasMore: boolean } {
    const { conversationId, before, after, limit = defaultPage } = request
    if (before !== undefined && after !== undefined) throw new Problem('validation_failed', 'Give before or after.')
    if (limit < 1 || limit > largestPage) throw new Problem('validation_failed', 'A page has 1 to 200 messages.')
    const found = this.messages.filter(
      (one) => one.conversationId === conversationId && one.seq < (before ?? Infinity) && one.seq > (after ?? 0),
    )
    const messages = after === undefined ? found.slice(-limit) : found.slice(0, limit)
    return { messages, hasMore: found.length > limit }
  }

  /** What the translator would write: the translation and its event. */
  setTranslation(messageId: string, translation: Translation__Output): void {
    const message = this.read(messageId)
    const others = message.translations.filter(({ language }) => language !== translation.language)
    message.translations = [...others, translation]
    this.#announce(translation.status === 'ready' ? 'translated' : 'translation_failed', message, translation.language)
  }

  /** Position after the last event. */
  get end(): number {
    return this.#log.length
  }

  /** The events after a position, with their messages as they are now. */
  eventsAfter(position: number): Event[] {
    return this.#log.slice(position)
  }

  /** Calls `wake` after every event until the returned function is called. */
  onEvent(wake: () => void): () => void {
    this.#wakers.add(wake)
    return () => this.#wakers.delete(wake)
  }

  #announce(type: string, message: Message__Output, language?: string): void {
    const { conversationId } = message
    const eventSeq = this.#log.filter((event) => event.conversationId === conversationId).length + 1
    this.#log.push({ conversationId, eventSeq, type, message, ...(language === undefined ? {} : { language }) })
    for (const wake of this.#wakers) wake()
  }
}

/** @throws Problem bad_request for what cannot be an id */
export function requireIds(...ids: string[]): void {
  const form = new RegExp(idPattern)
  if (!ids.every((id) => form.test(id))) throw new Problem('bad_request', 'An id does not have the right form.')
}
