import type { Message__Output } from '../generated/proto/meeshy/messaging/v1/Message.js'
import { Problem } from '../problems.js'
import { displayFor, type Reader, wantedLanguage } from '../reader-view.js'
import { requireIds } from './fake-message-store.js'

/** What the gateway's half of the database would tell the fake. */
export interface PeopleOptions {
  /** What somebody is in a conversation, null for a stranger; everybody is a member when absent. */
  roleOf?: (conversationId: string, userId: string) => string | null
  /** What somebody reads there; when absent everybody sees originals, and gets all translations. */
  readerOf?: (conversationId: string, userId: string) => Reader
  /** Whether a conversation is still there, so that it must not be erased; none is when absent. */
  conversationExists?: (conversationId: string) => boolean
  /** Whether somebody's account is active, so that their messages must not be erased; nobody's is when absent. */
  isActive?: (userId: string) => boolean
}

const readerOfOriginals: Reader = { language: 'en', understood: [], autoTranslate: false }
const moderating = ['moderator', 'admin', 'owner']

/** Who may do and see what, in the fake service. */
export class FakePeople {
  readonly #options: PeopleOptions

  constructor(options: PeopleOptions) {
    this.#options = options
  }

  isMember(conversationId: string, userId: string): boolean {
    return this.#roleIn(conversationId, userId) !== null
  }

  /** @throws Problem not_found for a stranger */
  requireMember(conversationId: string, userId: string): void {
    requireIds(conversationId, userId)
    if (!this.isMember(conversationId, userId)) throw new Problem('not_found')
  }

  mayModerate(conversationId: string, userId: string): boolean {
    return moderating.includes(this.#roleIn(conversationId, userId) ?? '')
  }

  /** @throws Problem forbidden while the conversation exists */
  requireNoConversation(conversationId: string): void {
    requireIds(conversationId)
    if (this.#options.conversationExists?.(conversationId)) throw new Problem('forbidden')
  }

  /** @throws Problem forbidden while the account is active */
  requireNotActive(userId: string): void {
    requireIds(userId)
    if (this.#options.isActive?.(userId)) throw new Problem('forbidden')
  }

  /** Whether an event about this language is meant for somebody. */
  reads(message: Message__Output, userId: string, language: string): boolean {
    const reader = this.#options.readerOf?.(message.conversationId, userId)
    return !reader || wantedLanguage(reader, message.originalLanguage) === language
  }

  /** A message as somebody sees it. */
  show(message: Message__Output, userId: string, allTranslations = false): Message__Output {
    const reader = this.#options.readerOf?.(message.conversationId, userId) ?? readerOfOriginals
    const translations = message.translations.filter(
      ({ language }) => allTranslations || this.reads(message, userId, language),
    )
    return { ...message, translations, display: displayFor(reader, message) }
  }

  #roleIn(conversationId: string, userId: string): string | null {
    const { roleOf } = this.#options
    return roleOf ? roleOf(conversationId, userId) : 'member'
  }
}
