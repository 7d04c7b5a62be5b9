import type { ClientReadableStream } from '@grpc/grpc-js'
import { checkContent } from '@meeshy/shared/content'
import type { EventBatch__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/EventBatch'
import type { GetConversationMessagesResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationMessagesResponse'
import type { Message__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { TranslateTextResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/TranslateTextResponse'
import { newId } from '@meeshy/shared/ids'
import { Problem } from '@meeshy/shared/problems'
import { readLanguage } from '../inputs.js'
import type { CallSettings } from './call.js'
import type { MessagingLink } from './client.js'

export interface NewMessage {
  conversationId: string
  senderId: string
  content: string
  /** Makes the send repeatable; one is made when absent. */
  clientMessageId?: string
  /** One of the ten languages or a locale of one; detected when absent. */
  originalLanguage?: string
  replyToId?: string
}

export interface HistoryRange {
  conversationId: string
  /** Who asks. */
  userId: string
  /** Messages with a smaller seq; excludes `after`. */
  before?: number
  /** Messages with a larger seq; excludes `before`. */
  after?: number
  limit?: number
}

export interface TextToTranslate {
  userId: string
  text: string
  /** Detected when absent. */
  source?: string
  targets: string[]
}

/** The one door to messages: REST and sockets both come here. Everything throws a Problem when it fails. */
export class Messaging {
  /** Identity of the messages' database, as the event feed told it last; null before. */
  epoch: string | null = null
  readonly #link: MessagingLink

  constructor(link: MessagingLink) {
    this.#link = link
  }

  /**
   * Stores a message; it is on disk when this returns. A repeat returns the message that is there. An id that is made
   * here nobody can repeat but this call itself, when the link breaks under it: such a message is always a new one.
   */
  async send(draft: NewMessage, requestId: string): Promise<{ message: Message__Output; created: boolean }> {
    const { conversationId, senderId, replyToId } = draft
    const minted = draft.clientMessageId === undefined
    const clientMessageId = draft.clientMessageId ?? newId()
    // protobuf would replace lone surrogates without a word, so text is checked before it goes on the wire.
    const content = checkContent(draft.content)
    const { message, created } = await this.#link.client.createMessage(
      {
        conversationId,
        senderId,
        content,
        clientMessageId,
        ...(draft.originalLanguage === undefined
          ? {}
          : { originalLanguage: readLanguage(draft.originalLanguage, '/originalLanguage') }),
        ...(replyToId === undefined ? {} : { replyToId }),
      },
      { requestId },
    )
    if (!message) throw new Problem('internal')
    return { message, created: created || minted }
  }

  /** One message, for somebody who may see it. */
  async read(
    { messageId, userId }: { messageId: string; userId: string },
    requestId: string,
  ): Promise<Message__Output> {
    return this.#link.client.getMessage({ messageId, userId }, { requestId })
  }

  /** A page of the history, ascending by seq. */
  async list(range: HistoryRange, requestId: string): Promise<GetConversationMessagesResponse__Output> {
    return this.#link.client.getConversationMessages(range, { requestId })
  }

  /** Translates a text that belongs to no message; given up when the signal aborts. */
  async translate(draft: TextToTranslate, settings: CallSettings): Promise<TranslateTextResponse__Output> {
    const { userId, source } = draft
    const text = checkContent(draft.text)
    const targets = draft.targets.map((target, index) => readLanguage(target, `/targets/${index}`))
    return this.#link.client.translateText(
      { userId, text, targets, ...(source === undefined ? {} : { source: readLanguage(source, '/source') }) },
      settings,
    )
  }

  /** The message events after a cursor; from now on when it is empty. */
  subscribe(cursor: string): ClientReadableStream<EventBatch__Output> {
    return this.#link.client.subscribeEvents({ cursor })
  }

  /** Whether a call would reach the translation service now. */
  ready(): boolean {
    return this.#link.state() === 'ready'
  }
}
