import { ConversationSchema, SummarySchema } from './conversations.js'
import { MessageSchema, TranslationSchema } from './messages.js'
import { PublicUserSchema, UserSchema } from './schemas.js'

/** The schemas that `ref` may refer to; in OpenAPI they have names, and so have the types made from it. */
export const namedSchemas = [
  PublicUserSchema,
  UserSchema,
  SummarySchema,
  ConversationSchema,
  TranslationSchema,
  MessageSchema,
]
