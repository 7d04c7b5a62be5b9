import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Translation__Output as Translation } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import type { MessageRow, TranslationRow } from './rows.js'

export type { Message, Translation }

/** A message row with its translations as the proto's message: the only converter between the two. */
export function toMessage(row: MessageRow, translations: readonly TranslationColumns[]): Message {
  const deleted = row.deletedAt !== null
  return {
    id: row.id,
    conversationId: row.conversationId,
    seq: row.seq,
    revision: row.revision,
    senderId: row.senderId,
    clientMessageId: row.clientMessageId,
    content: deleted ? '' : row.content,
    messageType: row.messageType,
    originalLanguage: row.originalLanguage,
    languageSource: row.languageSource,
    createdAt: row.createdAt,
    translations: deleted ? [] : translations.map(toTranslation),
    display: null,
    ...(row.replyToId === null ? {} : { replyToId: row.replyToId }),
    ...(row.editedAt === null ? {} : { editedAt: row.editedAt }),
    ...(row.deletedAt === null ? {} : { deletedAt: row.deletedAt }),
  }
}

/** What a reader may know of a translation's row. */
export type TranslationColumns = Pick<
  TranslationRow,
  'language' | 'status' | 'cached' | 'revision' | 'retriable' | 'text' | 'reason' | 'model' | 'confidence'
>

export function toTranslation(row: TranslationColumns): Translation {
  return {
    language: row.language,
    status: row.status,
    cached: Boolean(row.cached),
    revision: row.revision,
    retriable: Boolean(row.retriable),
    ...(row.text === null ? {} : { text: row.text }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.model === null ? {} : { model: row.model }),
    ...(row.confidence === null ? {} : { confidence: row.confidence }),
  }
}
