import type { ClientMessage, ClientTranslation } from '@meeshy/shared/frames/client-message'
import type { Message__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Translation__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import { type Display, displayFor, type Reader, wantedLanguage } from '@meeshy/shared/reader-view'

/**
 * A message as one reader sees it, over REST and in frames. It depends on the reader by their wanted language only. A
 * deleted message has no content, no translations and no display.
 */
export function presentMessage(message: Message__Output, reader: Reader, translations = ofReader): ClientMessage {
  return present(message, translations(message, reader), displayFor(reader, message))
}

/** A message as the translation service has shown it to the one who asked. */
export function presentShown(message: Message__Output): ClientMessage {
  return present(message, message.translations, message.display)
}

/** The only converter from the gRPC message. */
function present(
  message: Message__Output,
  translations: Translation__Output[],
  display: Display | null,
): ClientMessage {
  const deleted = message.deletedAt !== undefined
  const shown = deleted ? [] : translations
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
    translations: Object.fromEntries(shown.map((one) => [one.language, presentTranslation(one)])),
    display: deleted ? null : display,
  }
}

/** Which translations come with a message: the one that its reader needs… */
export function ofReader({ translations, originalLanguage }: Message__Output, reader: Reader): Translation__Output[] {
  const wanted = wantedLanguage(reader, originalLanguage)
  return translations.filter(({ language }) => language === wanted)
}

/** …or every one. */
export function all({ translations }: Message__Output): Translation__Output[] {
  return translations
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
