import { checkContent } from '@meeshy/shared/content'
import type { ConversationSummary__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/ConversationSummary'
import type { GetConversationMessagesResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationMessagesResponse'
import type { MarkMessageAsReadResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MarkMessageAsReadResponse'
import type { Message__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { TranslateTextResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/TranslateTextResponse'
import type { Translation__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import { newId } from '@meeshy/shared/ids'
import { Problem } from '@meeshy/shared/problems'
import { readLanguage } from '../inputs.js'
import type { CallSettings } from './call.js'
import type { EventStream, MessagingLink } from './client.js'

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
  /** Every translation of each message, in place of the asker's own. */
  allTranslations?: boolean
}

export interface Edit {
  messageId: string
  /** Who edits. */
  userId: string
  content: string
  /** Like NewMessage's. */
  originalLanguage?: string
  /** Refuses the edit when the message has another one by now. */
  expectedRevision?: number
}

export interface MessageOfUser {
  messageId: string
  /** Who asks. */
  userId: string
}

/** Up to where somebody has read: a place in a conversation, or a message. */
export type ReadPlace = { userId: string } & ({ conversationId: string; seq: number } | { messageId: string })

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

  /** Replaces what a message says; that is on disk when this returns. */
  async edit({ messageId, userId, content, ...draft }: Edit, requestId: string): Promise<Message__Output> {
    const { originalLanguage, expectedRevision } = draft
    const { message } = await this.#link.client.updateMessage(
      {
        messageId,
        userId,
        content: checkContent(content),
        ...(originalLanguage === undefined
          ? {}
          : { originalLanguage: readLanguage(originalLanguage, '/originalLanguage') }),
        ...(expectedRevision === undefined ? {} : { expectedRevision }),
      },
      { requestId },
    )
    if (!message) throw new Problem('internal')
    return message
  }

  /** Turns a message into a tombstone. */
  async remove(which: MessageOfUser, requestId: string): Promise<void> {
    await this.#link.client.deleteMessage(which, { requestId })
  }

  /** The translation of a message into one language, waited for; given up when the signal aborts. */
  async translateMessage(
    { targetLanguage, ...which }: MessageOfUser & { targetLanguage: string },
    settings: CallSettings,
  ): Promise<Translation__Output> {
    const target = readLanguage(targetLanguage, '/targetLanguage')
    const { translation } = await this.#link.client.translateMessage({ ...which, targetLanguage: target }, settings)
    if (!translation) throw new Problem('internal')
    return translation
  }

  /** Moves the mark up to which somebody has read, never back. */
  async markRead(place: ReadPlace, requestId: string): Promise<MarkMessageAsReadResponse__Output> {
    return this.#link.client.markMessageAsRead(place, { requestId })
  }

  /** Where these conversations stand for somebody; those that are none of theirs are left out. */
  async summaries(
    userId: string,
    conversationIds: string[],
    requestId: string,
  ): Promise<Map<string, ConversationSummary__Output>> {
    if (conversationIds.length === 0) return new Map()
    const { summaries } = await this.#link.client.getConversationSummaries({ userId, conversationIds }, { requestId })
    return new Map(summaries.map((summary) => [summary.conversationId, summary]))
  }

  /** The number of the last event of each of these conversations, 0 for none; without those that are not the user's. */
  async lastEvents(userId: string, conversationIds: string[]): Promise<Map<string, number>> {
    if (conversationIds.length === 0) return new Map()
    const { summaries } = await this.#link.client.getConversationSummaries({
      userId,
      conversationIds,
      countersOnly: true,
    })
    return new Map(summaries.map(({ conversationId, lastEventSeq }) => [conversationId, lastEventSeq]))
  }

  /** A page of what happened in a conversation after an event, as far as it is for this user. */
  async events({ after, ...which }: { conversationId: string; userId: string; after: number }) {
    return this.#link.client.getConversationEvents({ ...which, afterEventSeq: after })
  }

  /** Promises to erase the messages of a conversation that is deleted. */
  async eraseConversation(conversationId: string, requestId: string): Promise<void> {
    await this.#link.client.eraseConversation({ conversationId }, { requestId })
  }

  /** Promises to erase what somebody has written whose account is not active any more. */
  async eraseUserMessages(userId: string, requestId: string): Promise<void> {
    await this.#link.client.eraseUserMessages({ userId }, { requestId })
  }

  /** One message, for somebody who may see it. */
  async read(which: MessageOfUser & { allTranslations?: boolean }, requestId: string): Promise<Message__Output> {
    const { message } = await this.#link.client.getMessage(which, { requestId })
    if (!message) throw new Problem('internal')
    return message
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
  subscribe(cursor: string): EventStream {
    return this.#link.client.subscribeEvents({ cursor })
  }

  /** Whether a call would reach the translation service now. */
  ready(): boolean {
    return this.#link.state() === 'ready'
  }
}
