import { ConversationSchema, ListedSchema, SummarySchema } from './conversations.js'
import { MemberSchema } from './members.js'
import { MessageSchema, ReadStateSchema, TranslationSchema } from './message-schemas.js'
import { PublicUserSchema, UserSchema } from './schemas.js'

/** The schemas that `ref` may refer to; in OpenAPI they have names, and so have the types made from it. */
export const namedSchemas = [
  PublicUserSchema,
  UserSchema,
  SummarySchema,
  ListedSchema,
  ConversationSchema,
  MemberSchema,
  TranslationSchema,
  MessageSchema,
  ReadStateSchema,
]
