import type { ClientMessage, ClientTranslation } from '@meeshy/shared/frames'
import type { Message__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Translation__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import { displayFor, type Reader, wantedLanguage } from '@meeshy/shared/reader-view'

/**
 * A message as one reader sees it, over REST and in frames: the only converter from the gRPC message. It depends on
 * the reader by their wanted language only. A deleted message has no content, no translations and no display.
 */
export function presentMessage(message: Message__Output, reader: Reader): ClientMessage {
  const deleted = message.deletedAt !== undefined
  const wanted = wantedLanguage(reader, message.originalLanguage)
  const translation = deleted ? undefined : message.translations.find(({ language }) => language === wanted)
  return {
    id: message.id,
    conversationId: message.conversationId,
    seq: message.seq,
    revision: message.revision,
    senderId: message.senderId,
    clientMessageId: message.clientMessageId,
    content: deleted ? null : message.content,
    messageType: message.messageType,
    originalLanguage: message.originalLanguage,
    languageSource: message.languageSource,
    replyToId: message.replyToId ?? null,
    createdAt: message.createdAt,
    editedAt: message.editedAt ?? null,
    deletedAt: message.deletedAt ?? null,
    translations: translation ? { [translation.language]: presentTranslation(translation) } : {},
    display: displayFor(reader, message),
  }
}

/** A translation as clients see it, of a message or of a preview. */
export function presentTranslation(translation: Translation__Output): ClientTranslation {
  return {
    status: translation.status,
    text: translation.text ?? null,
    reason: translation.reason ?? null,
    model: translation.model ?? null,
    confidence: translation.confidence ?? null,
    cached: translation.cached,
    revision: translation.revision,
  }
}
