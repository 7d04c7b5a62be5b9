import { Type } from 'typebox'
import { NullableNumber, NullableString, ref } from './schemas.js'

export const TranslationSchema = Type.Object(
  {
    status: Type.String({ description: '"pending", "ready", "skipped" or "failed"' }),
    text: NullableString,
    reason: NullableString,
    model: NullableString,
    confidence: NullableNumber,
    cached: Type.Boolean(),
    revision: Type.Integer(),
  },
  { $id: 'Translation' },
)

export const MessageSchema = Type.Object(
  {
    id: Type.String(),
    conversationId: Type.String(),
    seq: Type.Integer({ description: 'counts the messages of the conversation, without gaps' }),
    revision: Type.Integer(),
    senderId: Type.String(),
    clientMessageId: Type.String(),
    content: NullableString,
    messageType: Type.String(),
    originalLanguage: Type.String(),
    languageSource: Type.String(),
    replyToId: NullableString,
    createdAt: Type.String(),
    editedAt: NullableString,
    deletedAt: NullableString,
    translations: Type.Record(Type.String(), ref(TranslationSchema), {
      description: "the entry of the caller's language, when they need one; or all of them",
    }),
    display: Type.Union(
      [Type.Object({ language: Type.String(), text: Type.String(), translated: Type.Boolean() }), Type.Null()],
      { description: 'the text that the caller reads' },
    ),
  },
  { $id: 'Message' },
)

/** What a message may say. */
export const Content = Type.String({ description: '1 to 4,000 code points, at most 16 KiB, kept byte for byte' })

export const OriginalLanguage = Type.String({ maxLength: 35, description: 'detected when absent' })

/** How far a conversation has been read. */
export const ReadStateSchema = Type.Object(
  {
    conversationId: Type.String(),
    seq: Type.Integer({ description: 'everything up to this message' }),
    unreadCount: Type.Integer(),
  },
  { $id: 'ReadState' },
)

/** Which translations to answer with. */
export const translationsQuery = {
  translations: Type.Optional(Type.Literal('all', { description: "every one, in place of the caller's" })),
}
