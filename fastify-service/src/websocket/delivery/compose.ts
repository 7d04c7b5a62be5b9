import type { EventFrame } from '@meeshy/shared/frames/event-frames'
import type { Event__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import type { Message__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Translation__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import { type Reader, wantedLanguage } from '@meeshy/shared/reader-view'
import { presentMessage } from '../../grpc/present.js'

/** How an event looks to a reader; null for those it does not concern, and for kinds that are not known here. */
export function composer(event: Event__Output, message: Message__Output): (reader: Reader) => EventFrame | null {
  const { conversationId, eventSeq, type, language, revision } = event
  const place = { conversationId, eventSeq }
  if (type === 'new' || type === 'edited') {
    return (reader) => ({ type: `message.${type}`, ...place, data: presentMessage(message, reader) })
  }
  if (type === 'deleted') {
    const { id: messageId, seq } = message
    return () => ({ type: 'message.deleted', ...place, data: { messageId, seq } })
  }
  // As the translation is now: a later event follows when it is not what this one announced.
  const translation = message.translations.find((one) => one.language === language && one.revision === revision)
  const frame = translation && !message.deletedAt ? translationFrame(type, place, message.id, translation) : null
  return (reader) => (wantedLanguage(reader, message.originalLanguage) === language ? frame : null)
}

function translationFrame(
  type: string,
  place: { conversationId: string; eventSeq: number },
  messageId: string,
  { language, revision, status, text, reason, model, confidence }: Translation__Output,
): EventFrame | null {
  if (type === 'translated' && status === 'ready' && text !== undefined) {
    const made = { model: model ?? null, confidence: confidence ?? null }
    return { type: 'message.translated', ...place, data: { messageId, revision, language, text, ...made } }
  }
  if (type === 'translation_failed' && (status === 'failed' || status === 'skipped')) {
    const data = { messageId, revision, language, status, reason: reason ?? null }
    return { type: 'message.translation_failed', ...place, data }
  }
  return null
}
