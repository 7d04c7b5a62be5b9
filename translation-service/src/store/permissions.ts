import { placeholders } from '@meeshy/shared/database/sql'
import { parseLanguageList } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import { type Reader, readerOf } from '@meeshy/shared/reader-view'
import type { Reads } from './database.js'

/** Somebody who belongs to a conversation. */
export interface Member {
  userId: string
  /** "owner", "admin", "moderator" or "member". */
  role: string
  /** ISO 8601. */
  joinedAt: string
  /** What they read here. */
  reader: Reader
}

interface ReadingColumns {
  languageOverride: string | null
  autoTranslate: number
  preferredLanguage: string
  understoodLanguages: string
}

type MemberRow = ReadingColumns & Omit<Member, 'reader'>

const readingColumns = 'm."languageOverride", m."autoTranslate", u."preferredLanguage", u."understoodLanguages"'
const memberColumns = `m."userId", m."role", m."joinedAt", ${readingColumns}`
const activeMembers = '"ConversationMember" m JOIN "User" u ON u."id" = m."userId" AND u."deactivatedAt" IS NULL'

/** @returns the member, or null for a stranger and for a conversation that does not exist */
export async function readMember(reads: Reads, conversationId: string, userId: string): Promise<Member | null> {
  const row = await reads.get<MemberRow>(
    `SELECT ${memberColumns} FROM ${activeMembers} WHERE m."conversationId" = ? AND m."userId" = ?`,
    conversationId,
    userId,
  )
  return row ? toMember(row) : null
}

/** The memberships of one user in these conversations; those they do not belong to are left out. */
export async function readMemberships(
  reads: Reads,
  userId: string,
  conversationIds: readonly string[],
): Promise<Map<string, Member>> {
  const rows = await reads.all<MemberRow & { conversationId: string }>(
    `SELECT m."conversationId", ${memberColumns} FROM ${activeMembers}
     WHERE m."userId" = ? AND m."conversationId" IN (${placeholders(conversationIds)})`,
    userId,
    ...conversationIds,
  )
  return new Map(rows.map((row) => [row.conversationId, toMember(row)]))
}

/** @throws Problem not_found, whether the conversation does not exist or is none of their business */
export async function requireMember(reads: Reads, conversationId: string, userId: string): Promise<Member> {
  const member = await readMember(reads, conversationId, userId)
  if (!member) throw new Problem('not_found', 'There is no such conversation.')
  return member
}

/**
 * A member who may write here now.
 *
 * @throws Problem not_found; forbidden in a direct conversation in which one has blocked the other
 */
export async function requireWriter(reads: Reads, conversationId: string, userId: string): Promise<Member> {
  const member = await requireMember(reads, conversationId, userId)
  const blocked = await reads.get(
    `SELECT 1 FROM "Conversation" c
     JOIN "ConversationMember" o ON o."conversationId" = c."id" AND o."userId" <> ?
     JOIN "Block" b ON (b."blockerId" = ? AND b."blockedId" = o."userId")
       OR (b."blockerId" = o."userId" AND b."blockedId" = ?)
     WHERE c."id" = ? AND c."type" = 'direct'`,
    ...[userId, userId, userId, conversationId],
  )
  // The same for both, so that nobody learns who has blocked whom.
  if (blocked) throw new Problem('forbidden', 'You cannot write to each other any more.')
  return member
}

/** What the members of a conversation read, each combination once. */
export async function readReaders(reads: Reads, conversationId: string): Promise<Reader[]> {
  const rows = await reads.all<ReadingColumns>(
    `SELECT DISTINCT ${readingColumns} FROM ${activeMembers} WHERE m."conversationId" = ?`,
    conversationId,
  )
  return rows.map(toReader)
}

/**
 * What somebody reads outside of any conversation.
 *
 * @throws Problem not_found
 */
export async function readReader(reads: Reads, userId: string): Promise<Reader> {
  const row = await reads.get<Pick<ReadingColumns, 'preferredLanguage' | 'understoodLanguages'>>(
    'SELECT "preferredLanguage", "understoodLanguages" FROM "User" WHERE "id" = ? AND "deactivatedAt" IS NULL',
    userId,
  )
  if (!row) throw new Problem('not_found', 'There is no such user.')
  return toReader({ ...row, languageOverride: null, autoTranslate: 1 })
}

function toMember(row: MemberRow): Member {
  const { userId, role, joinedAt } = row
  return { userId, role, joinedAt, reader: toReader(row) }
}

function toReader({ languageOverride, autoTranslate, preferredLanguage, understoodLanguages }: ReadingColumns): Reader {
  return readerOf({
    languageOverride,
    autoTranslate: Boolean(autoTranslate),
    preferredLanguage,
    understood: parseLanguageList(understoodLanguages),
  })
}
