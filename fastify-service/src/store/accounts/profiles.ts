import { formatLanguageList, type Language } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import type { GatewayDatabase, GatewayTables } from '../database.js'
import { keyOf, type OwnUser, ownColumns, type PublicUser, publicColumns, toOwnUser } from './users.js'

export interface ProfileChanges {
  displayName?: string
  /** Null for none. */
  avatarUrl?: string | null
  preferredLanguage?: Language
  understoodLanguages?: Language[]
}

/**
 * Somebody's public profile for a reader. Of a deleted account there is one for everybody, so that history stays
 * readable; of a deactivated one only for those who share a conversation with it.
 */
export async function readProfile(
  tables: Pick<GatewayTables, 'user' | 'conversationMember'>,
  readerId: string,
  id: string,
): Promise<PublicUser | null> {
  const row = await tables.user.findUnique({
    where: { id },
    select: { ...publicColumns, deactivatedAt: true, erasedAt: true },
  })
  if (!row) return null
  const { deactivatedAt, erasedAt, ...user } = row
  const isPublic = deactivatedAt === null || erasedAt !== null
  return isPublic || (await shareConversation(tables, readerId, id)) ? user : null
}

/** Whether two people are in a conversation together. */
export async function shareConversation(
  tables: Pick<GatewayTables, 'conversationMember'>,
  userId: string,
  otherId: string,
): Promise<boolean> {
  const shared = await tables.conversationMember.findFirst({
    where: { userId, conversation: { members: { some: { userId: otherId } } } },
    select: { conversationId: true },
  })
  return shared !== null
}

/**
 * Changes the given fields and leaves the others; also says whether the person now reads other languages.
 *
 * @throws Problem not_found when there is no such person, forbidden when their account is deleted
 */
export async function updateProfile(
  database: Pick<GatewayDatabase, 'transaction'>,
  id: string,
  changes: ProfileChanges,
): Promise<{ user: OwnUser; readsOthers: boolean }> {
  const { understoodLanguages, ...others } = changes
  const data = {
    ...others,
    ...(others.displayName === undefined ? {} : { displayNameKey: keyOf(others.displayName) }),
    ...(understoodLanguages && { understoodLanguages: formatLanguageList(understoodLanguages) }),
  }
  // Together, so that of two changes at once one sees what the other did.
  return database.transaction(async ({ user }) => {
    const before = await user.findUnique({ where: { id }, select: { ...ownColumns, erasedAt: true } })
    if (!before) throw new Problem('not_found')
    if (before.erasedAt) throw new Problem('forbidden', 'This account is deleted.')
    const after = await user.update({ where: { id }, data, select: ownColumns })
    const readsOthers =
      before.preferredLanguage !== after.preferredLanguage || before.understoodLanguages !== after.understoodLanguages
    return { user: toOwnUser(after), readsOthers }
  })
}
