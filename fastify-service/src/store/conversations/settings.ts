import type { Language } from '@meeshy/shared/languages'
import type { GatewayDatabase } from '../database.js'
import { requireMembership } from './members.js'

/** What somebody has set for themselves in a conversation. */
export interface MemberSettings {
  /** Read here in this language, in place of the preferred one. */
  languageOverride: string | null
  autoTranslate: boolean
  /** No notifications from here. */
  muted: boolean
  /** Put away; a new message does not bring it back. */
  archived: boolean
  /** Kept on top by clients; the list itself goes by activity. */
  pinned: boolean
}

export const settingsColumns = {
  languageOverride: true,
  autoTranslate: true,
  muted: true,
  archived: true,
  pinned: true,
} as const satisfies Record<keyof MemberSettings, true>

/** Changes the given settings and leaves the others. @throws Problem not_found */
export function updateSettings(
  database: GatewayDatabase,
  conversationId: string,
  userId: string,
  changes: Partial<Omit<MemberSettings, 'languageOverride'>> & { languageOverride?: Language | null },
): Promise<MemberSettings> {
  return database.transaction(async (tables) => {
    await requireMembership(tables, conversationId, userId)
    return tables.conversationMember.update({
      where: { conversationId_userId: { conversationId, userId } },
      data: changes,
      select: settingsColumns,
    })
  })
}
