import { parseLanguageList } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import { type Reader, readerOf } from '@meeshy/shared/reader-view'
import type { PeopleTables } from './database.js'

/** userId → what that member reads in this conversation. */
export type Members = ReadonlyMap<string, Reader>

const readingColumns = {
  userId: true,
  languageOverride: true,
  autoTranslate: true,
  user: { select: { preferredLanguage: true, understoodLanguages: true } },
} as const

/**
 * What a member reads in a conversation.
 *
 * @throws Problem not_found, whether the conversation does not exist or is none of their business
 */
export async function requireMember(tables: PeopleTables, conversationId: string, userId: string): Promise<Reader> {
  const row = await tables.conversationMember.findUnique({
    where: { conversationId_userId: { conversationId, userId }, user: { deactivatedAt: null } },
    select: readingColumns,
  })
  if (!row) throw noConversation()
  return toReader(row)
}

/**
 * All members of a conversation, if `userId` is one of them.
 *
 * @throws Problem not_found, like requireMember
 */
export async function requireMembers(tables: PeopleTables, conversationId: string, userId: string): Promise<Members> {
  const rows = await tables.conversationMember.findMany({
    where: { conversationId, user: { deactivatedAt: null } },
    select: readingColumns,
  })
  const members = new Map(rows.map((row) => [row.userId, toReader(row)]))
  if (!members.has(userId)) throw noConversation()
  return members
}

function noConversation(): Problem {
  return new Problem('not_found', 'There is no such conversation.')
}

function toReader(row: {
  languageOverride: string | null
  autoTranslate: boolean
  user: { preferredLanguage: string; understoodLanguages: string }
}): Reader {
  const { preferredLanguage, understoodLanguages } = row.user
  return readerOf({ ...row, preferredLanguage, understood: parseLanguageList(understoodLanguages) })
}

/**
 * What somebody reads outside of any conversation.
 *
 * @throws Problem not_found
 */
export async function readReader(tables: PeopleTables, userId: string): Promise<Reader> {
  const user = await tables.user.findUnique({ where: { id: userId } })
  if (!user || user.deactivatedAt) throw new Problem('not_found', 'There is no such user.')
  const { preferredLanguage } = user
  const understood = parseLanguageList(user.understoodLanguages)
  return readerOf({ languageOverride: null, autoTranslate: true, preferredLanguage, understood })
}
