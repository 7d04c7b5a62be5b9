import { MessageSchema, ReadStateSchema, TranslationSchema } from '@meeshy/shared/frames/client-message'
import { NotificationSchema } from '@meeshy/shared/frames/client-notification'
import { PublicUserSchema } from '@meeshy/shared/schemas'
import { AccountSchema } from './admin-users.js'
import { SettingsSchema } from './conversation-settings.js'
import { ConversationSchema, ListedSchema, SummarySchema } from './conversations.js'
import { FriendRequestSchema } from './friend-requests.js'
import { GroupSchema } from './group-schemas.js'
import { MemberSchema } from './members.js'
import { SignedInSchema, UserSchema } from './schemas.js'
import { SessionSchema } from './sessions.js'
import { GuestJoinedSchema } from './share-link-joining.js'
import { InvitationSchema, ShareLinkSchema } from './share-links.js'

/** The schemas that `ref` may refer to; in OpenAPI they have names, and so have the types made from it. */
export const namedSchemas = [
  PublicUserSchema,
  UserSchema,
  AccountSchema,
  SignedInSchema,
  SessionSchema,
  SettingsSchema,
  SummarySchema,
  ListedSchema,
  ConversationSchema,
  MemberSchema,
  GroupSchema,
  FriendRequestSchema,
  TranslationSchema,
  MessageSchema,
  ReadStateSchema,
  ShareLinkSchema,
  InvitationSchema,
  GuestJoinedSchema,
  NotificationSchema,
]
