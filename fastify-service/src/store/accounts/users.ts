import type { SqlReads } from '@meeshy/shared/database/sql'
import type { User } from '@meeshy/shared/generated/prisma/client'
import { newId } from '@meeshy/shared/ids'
import { formatLanguageList, type Language, parseLanguageList } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import type { GatewayTables } from '../database.js'
import { columnsOf, isoTime } from '../rows.js'
import { isUniqueViolation } from '../violations.js'

type Users = Pick<GatewayTables, 'user'>
type OwnRow = Pick<User, keyof typeof ownColumns>

/** What a person knows of themselves. */
export type OwnUser = ReturnType<typeof toOwnUser>

/** What everybody may know of a person. */
export type PublicUser = NonNullable<Awaited<ReturnType<typeof readPublicUser>>>

export const publicColumns = {
  id: true,
  username: true,
  displayName: true,
  avatarUrl: true,
  preferredLanguage: true,
} as const

export const ownColumns = {
  ...publicColumns,
  email: true,
  role: true,
  understoodLanguages: true,
  createdAt: true,
} as const

export interface NewUser {
  username: string
  email: string
  passwordHash: string
  displayName: string
  preferredLanguage: Language
  understoodLanguages: Language[]
}

/** What is left of an account that was deleted; nobody else may look like one. */
export const nobody = { username: 'deleted', displayName: 'Deleted user' } as const

/** @throws Problem username_taken or email_taken */
export async function createUser(tables: Users, user: NewUser): Promise<OwnUser> {
  const usernameKey = keyOf(user.username)
  if (usernameKey === nobody.username) throw new Problem('username_taken')
  const data = {
    ...user,
    id: newId(),
    usernameKey,
    emailKey: keyOf(user.email),
    displayNameKey: keyOf(user.displayName),
    understoodLanguages: formatLanguageList(user.understoodLanguages),
  }
  try {
    return toOwnUser(await tables.user.create({ data, select: ownColumns }))
  } catch (error) {
    // Only the database can say who was first; which of the two names it was is asked afterwards.
    if (!isUniqueViolation(error)) throw error
    const taken = await tables.user.findUnique({ where: { usernameKey }, select: { id: true } })
    throw new Problem(taken ? 'username_taken' : 'email_taken', undefined, { cause: error })
  }
}

/** The person who signs in by this username or e-mail address; null when there is none who may. */
export async function findCredentials(
  tables: Users,
  login: string,
): Promise<{ id: string; passwordHash: string } | null> {
  // A username has no "@", an address always has one.
  const where = login.includes('@') ? { emailKey: keyOf(login) } : { usernameKey: keyOf(login) }
  const user = await tables.user.findUnique({
    where,
    select: { id: true, passwordHash: true, deactivatedAt: true },
  })
  if (!user?.passwordHash || user.deactivatedAt) return null
  return { id: user.id, passwordHash: user.passwordHash }
}

/** The hash of somebody's password; null when they have none. */
export async function readPasswordHash(tables: Users, id: string): Promise<string | null> {
  const user = await tables.user.findUnique({ where: { id }, select: { passwordHash: true } })
  return user?.passwordHash ?? null
}

/** Null when there is nobody. */
export async function readOwnUser(sql: SqlReads, id: string): Promise<OwnUser | null> {
  const row = await sql.get<Omit<OwnRow, 'createdAt'> & { createdAt: string }>(
    `SELECT ${columnsOf(ownColumns, 'u')} FROM "User" u WHERE u."id" = ?`,
    id,
  )
  if (!row) return null
  const { understoodLanguages, createdAt } = row
  return { ...row, understoodLanguages: parseLanguageList(understoodLanguages), createdAt: isoTime(createdAt) }
}

/** Null when there is no such person or they have left: for whoever is to be invited, blocked or asked. */
export async function readPublicUser(tables: Users, id: string) {
  return tables.user.findUnique({ where: { id, deactivatedAt: null }, select: publicColumns })
}

/** Which of these ids belong to nobody, to somebody who has left, or to a guest. */
export async function findMissingUsers(tables: Users, ids: string[]): Promise<string[]> {
  const users = await tables.user.findMany({
    where: { id: { in: ids }, deactivatedAt: null, role: { not: 'GUEST' } },
    select: { id: true },
  })
  const found = new Set(users.map(({ id }) => id))
  return ids.filter((id) => !found.has(id))
}

/** Whether somebody has an account here; guests have none, and those who left have none any more. */
export async function hasAccount(tables: Users, id: string): Promise<boolean> {
  const where = { id, deactivatedAt: null, role: { not: 'GUEST' } }
  return (await tables.user.findUnique({ where, select: { id: true } })) !== null
}

/**
 * Asked where somebody writes what would outlast their account: it may have been deleted since their token was looked at.
 *
 * @throws Problem token_revoked
 */
export async function requireAccount(tables: Users, id: string): Promise<void> {
  if (!(await hasAccount(tables, id))) throw new Problem('token_revoked')
}

/** A row of `ownColumns` as its person sees it. */
export function toOwnUser(user: OwnRow) {
  return {
    ...user,
    understoodLanguages: parseLanguageList(user.understoodLanguages),
    createdAt: user.createdAt.toISOString(),
  }
}

/** "Ana" and "ana" are one name. */
export function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase()
}
