import type { Message__Output } from '../generated/proto/meeshy/messaging/v1/Message.js'
import type { MessagingServiceHandlers } from '../generated/proto/meeshy/messaging/v1/MessagingService.js'
import type { TranslateMessageRequest__Output } from '../generated/proto/meeshy/messaging/v1/TranslateMessageRequest.js'
import type { Translation__Output } from '../generated/proto/meeshy/messaging/v1/Translation.js'
import { isLanguage } from '../languages.js'
import { Problem } from '../problems.js'
import { type FakeMessageStore, requireIds } from './fake-message-store.js'
import type { FakePeople } from './fake-messaging-people.js'
import type { Receiver } from './fake-messaging-receiver.js'

/** What the fake's rpcs work on. */
export interface Fake {
  store: FakeMessageStore
  people: FakePeople
}

type MessageRpc = 'CreateMessage' | 'GetMessage' | 'UpdateMessage' | 'DeleteMessage' | 'TranslateMessage'

/** The rpcs about one message. */
export function messageRpcs(fake: Fake, receiver: Receiver): Pick<MessagingServiceHandlers, MessageRpc> {
  const { store, people } = fake
  return {
    CreateMessage: receiver.unary('CreateMessage', (request) => {
      people.requireMember(request.conversationId, request.senderId)
      const { message, created } = store.create(request)
      return { message: people.show(message, request.senderId), created }
    }),
    GetMessage: receiver.unary('GetMessage', ({ messageId, userId, allTranslations }) => ({
      message: people.show(findMessage(fake, messageId, userId), userId, allTranslations),
    })),
    UpdateMessage: receiver.unary('UpdateMessage', (request) => {
      const message = findMessage(fake, request.messageId, request.userId)
      const changed = store.update(message, request)
      return { message: people.show(message, request.userId), changed }
    }),
    DeleteMessage: receiver.unary('DeleteMessage', ({ messageId, userId }) => {
      const message = findMessage(fake, messageId, userId)
      if (message.senderId !== userId && !people.mayModerate(message.conversationId, userId)) {
        throw new Problem('forbidden')
      }
      store.remove(message)
      return { message: people.show(message, userId) }
    }),
    TranslateMessage: receiver.unary('TranslateMessage', (request) => ({ translation: translate(fake, request) })),
  }
}

/** A message that this person may see. */
export function findMessage({ store, people }: Fake, messageId: string, userId: string): Message__Output {
  requireIds(messageId, userId)
  const message = store.read(messageId)
  people.requireMember(message.conversationId, userId)
  return message
}

/** Makes the translation at once, unless it is there. */
function translate(fake: Fake, { messageId, userId, targetLanguage }: TranslateMessageRequest__Output) {
  const message = findMessage(fake, messageId, userId)
  if (!isLanguage(targetLanguage)) refuse('targetLanguage must be one of the ten.')
  if (message.deletedAt !== undefined) throw new Problem('not_found')
  const { content, originalLanguage, revision, translations } = message
  if (targetLanguage === originalLanguage) {
    return { language: targetLanguage, status: 'skipped', reason: 'same_language', revision }
  }
  const known = translations.find(({ language, status }) => language === targetLanguage && status === 'ready')
  if (known) return known
  const translation = { ...made(targetLanguage, content), revision }
  fake.store.setTranslation(message, translation)
  return translation
}

/** A translation that looks like one. */
export function made(language: string, text: string): Omit<Translation__Output, 'revision'> {
  return {
    language,
    status: 'ready',
    text: `[${language}] ${text}`,
    model: 'fake',
    confidence: 0.9,
    cached: false,
    retriable: false,
  }
}

/** @throws Problem bad_request */
export function refuse(detail: string): never {
  throw new Problem('bad_request', detail)
}
