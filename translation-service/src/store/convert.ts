import type {
  Message as MessageRow,
  MessageTranslation as TranslationRow,
} from '@meeshy/shared/generated/prisma/client'
import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Translation__Output as Translation } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'

export type { Message, Translation }

/** A message row with its translations as the proto's message: the only converter between the two. */
export function toMessage({ translations, ...row }: MessageRow & { translations: TranslationRow[] }): Message {
  const deleted = row.deletedAt !== null
  return {
    id: row.id,
    conversationId: row.conversationId,
    seq: row.seq,
    revision: row.revision,
    senderId: row.senderId,
    clientMessageId: row.clientMessageId,
    content: row.content,
    messageType: row.messageType,
    originalLanguage: row.originalLanguage,
    languageSource: row.languageSource,
    createdAt: row.createdAt.toISOString(),
    translations: deleted ? [] : translations.map(toTranslation),
    ...(row.replyToId === null ? {} : { replyToId: row.replyToId }),
    ...(row.editedAt === null ? {} : { editedAt: row.editedAt.toISOString() }),
    ...(row.deletedAt === null ? {} : { deletedAt: row.deletedAt.toISOString() }),
  }
}

function toTranslation(row: Omit<TranslationRow, 'messageId' | 'attempts' | 'createdAt' | 'updatedAt'>): Translation {
  return {
    language: row.language,
    status: row.status,
    cached: row.cached,
    revision: row.revision,
    ...(row.text === null ? {} : { text: row.text }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.model === null ? {} : { model: row.model }),
    ...(row.confidence === null ? {} : { confidence: row.confidence }),
  }
}
