import { type Static, Type } from 'typebox'
import { NullableNumber, NullableString, ref } from '../schemas.js'
import { MessageSchema } from './client-message.js'

const revision = Type.Integer({ description: 'of the message: what is of an older one than the client has is ignored' })
const language = Type.String({ description: 'into which the message is translated' })

/** A message event: it has a number, and is replayed by `resume`. */
function eventFrame<Name extends string, Data extends Parameters<typeof Type.Object>[0][string]>(
  type: Name,
  description: string,
  data: Data,
) {
  const conversationId = Type.String({ description: 'the conversation it belongs to' })
  const eventSeq = Type.Integer({
    description: "counts the events of the conversation; a reader's own may have gaps, and one seen before is ignored",
  })
  return Type.Object({ type: Type.Literal(type), conversationId, eventSeq, data }, { description })
}

const Deleted = Type.Object({
  messageId: Type.String(),
  seq: Type.Integer({ description: 'the place of the message, which it keeps' }),
})

const Translated = Type.Object({
  messageId: Type.String(),
  revision,
  language,
  text: Type.String(),
  model: NullableString,
  confidence: Type.Unsafe<number | null>({ ...NullableNumber, description: 'of the model in its translation, 0 to 1' }),
})

const TranslationFailed = Type.Object({
  messageId: Type.String(),
  revision,
  language,
  status: Type.String({
    description: '"failed", or "skipped" when there is nothing to translate',
    examples: ['failed'],
  }),
  reason: Type.Unsafe<string | null>({
    ...NullableString,
    description: 'a word for machines',
    examples: ['model_failed'],
  }),
})

/** What happened to messages, in the order of `eventSeq`. */
export const eventFrames = {
  'message.new': eventFrame('message.new', 'A message was written.', ref(MessageSchema)),
  'message.edited': eventFrame('message.edited', 'A message says something else.', ref(MessageSchema)),
  'message.deleted': eventFrame('message.deleted', 'A message became a tombstone; it keeps its place.', Deleted),
  'message.translated': eventFrame('message.translated', 'A translation is there, for its readers.', Translated),
  'message.translation_failed': eventFrame(
    'message.translation_failed',
    'There will be no translation, for its readers.',
    TranslationFailed,
  ),
} as const

export type EventFrame = Static<(typeof eventFrames)[keyof typeof eventFrames]>
