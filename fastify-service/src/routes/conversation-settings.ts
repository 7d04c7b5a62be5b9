import { closed, NullableString } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import { Locale } from './schemas.js'

const flags = {
  autoTranslate: Type.Boolean({ description: 'false shows everything in the original' }),
  muted: Type.Boolean({ description: 'no notifications from here' }),
  archived: Type.Boolean({ description: 'put away; a new message does not bring it back' }),
  pinned: Type.Boolean({ description: 'to be shown on top; the list itself goes by activity' }),
}

/** What the caller has set for themselves in a conversation; nobody else sees it. */
export const SettingsSchema = Type.Object(
  {
    languageOverride: Type.Unsafe<string | null>({
      ...NullableString,
      description: 'read here in this language; null in the preferred one',
    }),
    ...flags,
  },
  { $id: 'ConversationSettings' },
)

/** Those that are given are changed. */
export const SettingChanges = Type.Partial(
  Type.Object({ languageOverride: Type.Union([Locale, Type.Null()]), ...flags }),
  closed,
)
