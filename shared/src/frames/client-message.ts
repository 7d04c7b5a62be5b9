import { type Static, Type } from 'typebox'
import { NullableNumber, NullableString, ref } from '../schemas.js'

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

export type ClientTranslation = Static<typeof TranslationSchema>

/** A message as clients see it, over REST and in frames. `display` and `translations` are those of the reader. */
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

export type ClientMessage = Static<typeof MessageSchema>

/** How far a conversation has been read. */
export const ReadStateSchema = Type.Object(
  {
    conversationId: Type.String(),
    seq: Type.Integer({ description: 'everything up to this message' }),
    unreadCount: Type.Integer(),
  },
  { $id: 'ReadState' },
)
