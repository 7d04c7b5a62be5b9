import { newId } from '@meeshy/shared/ids'
import { formatLanguageList, type Language, parseLanguageList } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import type { GatewayDatabase, GatewayTables } from './database.js'
import { isUniqueViolation } from './violations.js'

type Users = Pick<GatewayTables, 'user'>
type OwnRow = NonNullable<Awaited<ReturnType<typeof findOwn>>>

/** What a person knows of themselves. */
export type OwnUser = ReturnType<typeof toOwnUser>

/** What everybody may know of a person. */
export type PublicUser = NonNullable<Awaited<ReturnType<typeof readPublicUser>>>

export const publicColumns = { id: true, username: true, displayName: true, preferredLanguage: true } as const

const ownColumns = { ...publicColumns, email: true, role: true, understoodLanguages: true, createdAt: true } as const

export interface NewUser {
  username: string
  email: string
  passwordHash: string
  displayName: string
  preferredLanguage: Language
  understoodLanguages: Language[]
}

export interface ProfileChanges {
  displayName?: string
  preferredLanguage?: Language
  understoodLanguages?: Language[]
}

/** @throws Problem username_taken or email_taken */
export async function createUser(tables: Users, user: NewUser): Promise<OwnUser> {
  const usernameKey = keyOf(user.username)
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

export async function readOwnUser(tables: Users, id: string): Promise<OwnUser | null> {
  const user = await findOwn(tables, id)
  return user && toOwnUser(user)
}

/** Null when there is no such person or they have left. */
export async function readPublicUser(tables: Users, id: string) {
  return tables.user.findUnique({ where: { id, deactivatedAt: null }, select: publicColumns })
}

/** Changes the given fields and leaves the others; also says whether the person now reads other languages. */
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
    const before = await user.findUnique({ where: { id }, select: ownColumns })
    const after = await user.update({ where: { id }, data, select: ownColumns })
    const readsOthers =
      before?.preferredLanguage !== after.preferredLanguage || before.understoodLanguages !== after.understoodLanguages
    return { user: toOwnUser(after), readsOthers }
  })
}

export interface UserSearch {
  text: string
  limit: number
  /** The username of the last one on the page before. */
  after?: string
}

/** People whose username or name begins with the text, by username; one more than `limit`. */
export async function searchUsers(tables: Users, { text, limit, after }: UserSearch): Promise<PublicUser[]> {
  const key = keyOf(text)
  // As a range, which an index answers.
  const beginsWithIt = { gte: key, lt: `${key}\u{10ffff}` }
  return tables.user.findMany({
    where: {
      deactivatedAt: null,
      OR: [{ usernameKey: beginsWithIt }, { displayNameKey: beginsWithIt }],
      ...(after === undefined ? {} : { usernameKey: { gt: keyOf(after) } }),
    },
    orderBy: { usernameKey: 'asc' },
    take: limit + 1,
    select: publicColumns,
  })
}

/** Which of these ids belong to nobody, or to somebody who has left. */
export async function findMissingUsers(tables: Users, ids: string[]): Promise<string[]> {
  const users = await tables.user.findMany({ where: { id: { in: ids }, deactivatedAt: null }, select: { id: true } })
  const found = new Set(users.map(({ id }) => id))
  return ids.filter((id) => !found.has(id))
}

function findOwn(tables: Users, id: string) {
  return tables.user.findUnique({ where: { id }, select: ownColumns })
}

function toOwnUser(user: OwnRow) {
  return {
    ...user,
    understoodLanguages: parseLanguageList(user.understoodLanguages),
    createdAt: user.createdAt.toISOString(),
  }
}

/** "Ana" and "ana" are one name. */
function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase()
}
