import { randomUUID } from 'node:crypto'
import { checkContent } from '../content.js'
import type { CreateMessageRequest__Output } from '../generated/proto/meeshy/messaging/v1/CreateMessageRequest.js'
import type { GetConversationMessagesRequest__Output } from '../generated/proto/meeshy/messaging/v1/GetConversationMessagesRequest.js'
import type { Message__Output } from '../generated/proto/meeshy/messaging/v1/Message.js'
import type { Translation__Output } from '../generated/proto/meeshy/messaging/v1/Translation.js'
import type { UpdateMessageRequest__Output } from '../generated/proto/meeshy/messaging/v1/UpdateMessageRequest.js'
import { idPattern } from '../ids.js'
import { Problem } from '../problems.js'
import { FakeEventLog } from './fake-message-store-events.js'
import { FakeReadMarks } from './fake-message-store-marks.js'

/** The messages of the fake service, in memory, with the rules of the real one. */
export class FakeMessageStore {
  readonly messages: Message__Output[] = []
  readonly log = new FakeEventLog()
  readonly marks = new FakeReadMarks()
  readonly #firstContents = new Map<string, string>()

  /** Stores a message and its event; the same clientMessageId again returns what is there. */
  create(request: CreateMessageRequest__Output): { message: Message__Output; created: boolean } {
    const { conversationId, senderId, replyToId } = request
    const clientMessageId = request.clientMessageId || randomUUID()
    requireIds(clientMessageId, replyToId ?? clientMessageId)
    const content = checkContent(request.content)
    const known = this.messages.find((one) => one.senderId === senderId && one.clientMessageId === clientMessageId)
    if (known) {
      if (this.#firstContents.get(known.id) !== content || known.conversationId !== conversationId) {
        throw new Problem('idempotency_conflict')
      }
      return { message: known, created: false }
    }
    if (replyToId !== undefined && this.read(replyToId).conversationId !== conversationId)
      throw new Problem('not_found')
    const message: Message__Output = {
      id: randomUUID(),
      conversationId,
      seq: this.lastSeqOf(conversationId) + 1,
      revision: 1,
      senderId,
      clientMessageId,
      content,
      messageType: 'text',
      ...languageOf(request),
      ...(replyToId === undefined ? {} : { replyToId }),
      createdAt: new Date().toISOString(),
      translations: [],
      display: null,
    }
    this.messages.push(message)
    this.#firstContents.set(message.id, content)
    this.marks.move(conversationId, senderId, message.seq)
    this.log.append('new', message)
    return { message, created: true }
  }

  read(messageId: string): Message__Output {
    const message = this.messages.find(({ id }) => id === messageId)
    if (!message) throw new Problem('not_found')
    return message
  }

  /** Replaces the content; the translations of the old one go. False when the message already says this. */
  update(message: Message__Output, request: UpdateMessageRequest__Output): boolean {
    const content = checkContent(request.content)
    const { expectedRevision } = request
    if (message.deletedAt !== undefined) throw new Problem('not_found')
    if (message.senderId !== request.userId) throw new Problem('forbidden')
    // Before the revision is looked at: a repeat of an edit whose answer was lost is no conflict.
    if (message.content === content) return false
    if (expectedRevision !== undefined && expectedRevision !== message.revision) throw new Problem('edit_conflict')
    const revision = message.revision + 1
    const editedAt = new Date().toISOString()
    Object.assign(message, { content, revision, editedAt, ...languageOf(request), translations: [] })
    this.log.append('edited', message)
    return true
  }

  /** Turns a message into a tombstone that keeps its place; one that is a tombstone already stays as it is. */
  remove(message: Message__Output): void {
    if (message.deletedAt !== undefined) return
    Object.assign(message, { content: '', translations: [], deletedAt: new Date().toISOString() })
    this.log.append('deleted', message)
  }

  removeAllOf(senderId: string): void {
    for (const message of this.messages) if (message.senderId === senderId) this.remove(message)
  }

  dropConversation(conversationId: string): void {
    const others = this.messages.filter((message) => message.conversationId !== conversationId)
    this.messages.splice(0, this.messages.length, ...others)
  }

  /** A page in ascending order: the last messages before `before`, or the first ones after `after`. */
  list(range: GetConversationMessagesRequest__Output, limit: number) {
    const { conversationId, before, after } = range
    const found = this.messages.filter(
      (one) => one.conversationId === conversationId && one.seq < (before ?? Infinity) && one.seq > (after ?? 0),
    )
    const messages = after === undefined ? found.slice(-limit) : found.slice(0, limit)
    return { messages, hasMore: found.length > limit }
  }

  /** The last message of a conversation. */
  lastOf(conversationId: string): Message__Output | undefined {
    return this.messages.findLast((one) => one.conversationId === conversationId)
  }

  /** Number of the last message of a conversation, 0 when there is none. */
  lastSeqOf(conversationId: string): number {
    return this.lastOf(conversationId)?.seq ?? 0
  }

  /** What the translator would write: the translation and its event. */
  setTranslation(message: Message__Output, translation: Translation__Output): void {
    const others = message.translations.filter(({ language }) => language !== translation.language)
    message.translations = [...others, translation]
    this.log.append(translation.status === 'ready' ? 'translated' : 'translation_failed', message, translation.language)
  }
}

/** The fake detects nothing: it takes a text of unknown language for English. */
function languageOf({ originalLanguage }: { originalLanguage?: string }) {
  return {
    originalLanguage: originalLanguage ?? 'en',
    languageSource: originalLanguage === undefined ? 'profile' : 'client',
  }
}

/** @throws Problem bad_request for what cannot be an id */
export function requireIds(...ids: string[]): void {
  const form = new RegExp(idPattern)
  if (!ids.every((id) => form.test(id))) throw new Problem('bad_request', 'An id does not have the right form.')
}
