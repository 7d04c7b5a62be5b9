import { randomBytes } from 'node:crypto'
import { Problem } from '@meeshy/shared/problems'
import { countMembersOf, requireRole } from '../conversations/members.js'
import type { GatewayDatabase, GatewayTables } from '../database.js'

/** Links of one conversation that work. */
const liveLimit = 50
/** Those that work no more are kept for a while, so that whoever comes by one learns what has become of it. */
const deadKept = 50
/** Conversations whose links one list shows. */
const roomsListed = 500

type Links = Pick<GatewayTables, 'shareLink'>

/** A link as the moderators of its conversation see it. */
export type ShareLink = ReturnType<typeof toShareLink>
type Row = Awaited<ReturnType<typeof findLink>>

/** What is set of a link. */
export interface LinkTerms {
  name?: string | null
  maxUses?: number | null
  expiresAt?: Date | null
  allowGuests?: boolean
}

const linkColumns = {
  id: true,
  conversationId: true,
  createdById: true,
  name: true,
  maxUses: true,
  uses: true,
  expiresAt: true,
  allowGuests: true,
  createdAt: true,
} as const

/**
 * Makes a link into a conversation; whoever holds its id may come in.
 *
 * @throws Problem like requireRole; forbidden when the conversation has as many as it may
 */
export function createShareLink(
  database: GatewayDatabase,
  conversationId: string,
  actorId: string,
  terms: LinkTerms,
): Promise<ShareLink> {
  return database.transaction(async (tables) => {
    await requireRole(tables, conversationId, actorId, 'moderator')
    await makeRoom(tables, conversationId)
    const id = randomBytes(16).toString('base64url')
    const data = { ...terms, id, conversationId, createdById: actorId }
    return toShareLink(await tables.shareLink.create({ data, select: linkColumns }))
  })
}

async function makeRoom(tables: Links, conversationId: string): Promise<void> {
  const links = await tables.shareLink.findMany({
    where: { conversationId },
    orderBy: newestFirst,
    select: { id: true, maxUses: true, uses: true, expiresAt: true },
  })
  const dead = links.filter((link) => !works(link))
  if (links.length - dead.length >= liveLimit) {
    throw new Problem('forbidden', `A conversation has at most ${liveLimit} links. Delete one first.`)
  }
  const old = dead.slice(deadKept).map(({ id }) => id)
  if (old.length > 0) await tables.shareLink.deleteMany({ where: { id: { in: old } } })
}

export interface LinkPage {
  limit: number
  /** Where the page before ended. */
  after?: { createdAt: Date; id: string }
}

/** The links of a conversation, newest first, for its moderators; one more than `limit`. @throws Problem like requireRole */
export function listShareLinks(
  database: GatewayDatabase,
  conversationId: string,
  actorId: string,
  { limit, after }: LinkPage,
): Promise<ShareLink[]> {
  return database.transaction(async (tables) => {
    await requireRole(tables, conversationId, actorId, 'moderator')
    const rows = await tables.shareLink.findMany({
      where: { conversationId, ...(after && olderThan(after)) },
      orderBy: newestFirst,
      take: limit + 1,
      select: linkColumns,
    })
    return rows.map(toShareLink)
  })
}

/**
 * The links that somebody has made, where they still are a moderator; newest first, one more than `limit`. Of very many
 * conversations only the newest are looked at.
 */
export async function listOwnShareLinks(
  tables: Links & Pick<GatewayTables, 'conversationMember'>,
  userId: string,
  { limit, after }: LinkPage,
): Promise<ShareLink[]> {
  // From the rooms of one person, which an index answers, and not from all links.
  const rooms = await tables.conversationMember.findMany({
    where: {
      userId,
      role: { in: ['owner', 'admin', 'moderator'] },
      conversation: { shareLinks: { some: { createdById: userId } } },
    },
    orderBy: { conversationId: 'desc' },
    take: roomsListed,
    select: { conversationId: true },
  })
  const conversationIds = rooms.map(({ conversationId }) => conversationId)
  const rows = await tables.shareLink.findMany({
    where: { conversationId: { in: conversationIds }, createdById: userId, ...(after && olderThan(after)) },
    orderBy: newestFirst,
    take: limit + 1,
    select: linkColumns,
  })
  return rows.map(toShareLink)
}

/** What a link leads to, for whoever holds it. @throws Problem not_found, link_gone */
export async function readInvitation(tables: Pick<GatewayTables, 'shareLink' | 'conversationMember'>, id: string) {
  const link = await tables.shareLink.findUnique({
    where: { id },
    select: { ...linkColumns, conversation: { select: { title: true } } },
  })
  if (!link) throw new Problem('not_found')
  if (!works(link)) throw new Problem('link_gone')
  const { conversationId, allowGuests, expiresAt, conversation } = link
  const memberCount = await countMembersOf(tables, conversationId)
  return { id, title: conversation.title, memberCount, allowGuests, expiresAt: expiresAt?.toISOString() ?? null }
}

/** Changes the given terms. @throws Problem not_found, and like requireRole */
export function updateShareLink(
  database: GatewayDatabase,
  id: string,
  actorId: string,
  terms: LinkTerms,
): Promise<ShareLink> {
  return database.transaction(async (tables) => {
    await requireLinkOf(tables, id, actorId)
    return toShareLink(await tables.shareLink.update({ where: { id }, data: terms, select: linkColumns }))
  })
}

/** Takes a link away; who came in by it stays. @throws Problem not_found, and like requireRole */
export function deleteShareLink(database: GatewayDatabase, id: string, actorId: string): Promise<void> {
  return database.transaction(async (tables) => {
    await requireLinkOf(tables, id, actorId)
    await tables.shareLink.delete({ where: { id } })
  })
}

async function requireLinkOf(tables: GatewayTables, id: string, actorId: string): Promise<void> {
  const { conversationId } = await findLink(tables, id)
  await requireRole(tables, conversationId, actorId, 'moderator')
}

async function findLink(tables: Links, id: string) {
  const link = await tables.shareLink.findUnique({ where: { id }, select: linkColumns })
  if (!link) throw new Problem('not_found')
  return link
}

function works({ maxUses, uses, expiresAt }: Pick<Row, 'maxUses' | 'uses' | 'expiresAt'>): boolean {
  return (maxUses === null || uses < maxUses) && (expiresAt === null || expiresAt > new Date())
}

const newestFirst = [{ createdAt: 'desc' as const }, { id: 'desc' as const }]

function olderThan({ createdAt, id }: { createdAt: Date; id: string }) {
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] }
}

function toShareLink(row: Row) {
  return {
    ...row,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    works: works(row),
  }
}
