import { placeholders, type Sql } from '@meeshy/shared/database/sql'
import type { Erasure as ErasureModel } from '@meeshy/shared/generated/prisma/client'
import { Problem } from '@meeshy/shared/problems'
import type { Reads } from './database.js'
import { buryMessage } from './delete-message.js'
import { eraseContent } from './erase-content.js'
import { type MessageRow, timestamp } from './rows.js'

/** An erasure that was promised. */
export type Erasure = Pick<ErasureModel, 'subjectId'> & { kind: 'user' | 'conversation' }

/** Promises to erase a conversation. @throws Problem forbidden while it exists */
export async function promiseConversationErasure(sql: Sql, conversationId: string): Promise<void> {
  const exists = await sql.get('SELECT 1 FROM "Conversation" WHERE "id" = ?', conversationId)
  if (exists) throw new Problem('forbidden', 'The conversation still exists: delete it first.')
  await promise(sql, { kind: 'conversation', subjectId: conversationId })
}

/** Promises to erase what a person has written. @throws Problem forbidden while their account is active */
export async function promiseUserErasure(sql: Sql, userId: string): Promise<void> {
  const active = await sql.get('SELECT 1 FROM "User" WHERE "id" = ? AND "deactivatedAt" IS NULL', userId)
  if (active) throw new Problem('forbidden', 'The account is still active: deactivate it first.')
  await promise(sql, { kind: 'user', subjectId: userId })
}

async function promise(sql: Sql, { kind, subjectId }: Erasure): Promise<void> {
  await sql.run(
    'INSERT INTO "Erasure" ("kind", "subjectId", "createdAt") VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    ...[kind, subjectId, timestamp()],
  )
}

/** The erasure after this one, in an order of their own; the first after null. Null when there is none. */
export async function nextErasure(reads: Reads, after: Erasure | null): Promise<Erasure | null> {
  const next = await reads.get<Erasure>(
    `SELECT "kind", "subjectId" FROM "Erasure" WHERE ("kind", "subjectId") > (?, ?)
     ORDER BY "kind", "subjectId" LIMIT 1`,
    after?.kind ?? '',
    after?.subjectId ?? '',
  )
  return next ?? null
}

const erasedAtOnce = 25
const eventsErasedAtOnce = 500

/** A piece of an erasure. */
export interface ErasedPiece {
  /** The promise is kept, and gone. */
  done: boolean
  /** Where the next piece begins. */
  place: string
  /** Keys of the memory entries that are gone. */
  forgotten: string[]
}

/** Does a piece of an erasure; the promise goes with the last one. The first piece begins at an empty place. */
export async function eraseSome(sql: Sql, erasure: Erasure, place: string): Promise<ErasedPiece> {
  const { kind, subjectId } = erasure
  const piece = await (kind === 'user'
    ? eraseSomeOfUser(sql, subjectId, place)
    : eraseSomeOfConversation(sql, subjectId))
  if (piece.done) await sql.run('DELETE FROM "Erasure" WHERE "kind" = ? AND "subjectId" = ?', kind, subjectId)
  return piece
}

/** Goes by the ids of their client, whatever is deleted already: a piece costs the same at the end as at the start. */
async function eraseSomeOfUser(sql: Sql, userId: string, place: string): Promise<ErasedPiece> {
  const rows = await sql.all<MessageRow>(
    `SELECT m.*, '' AS "content" FROM "Message" m WHERE m."senderId" = ? AND m."clientMessageId" > ?
     ORDER BY m."clientMessageId" LIMIT ?`,
    ...[userId, place, erasedAtOnce],
  )
  const forgotten: string[] = []
  for (const row of rows) {
    if (row.deletedAt === null) forgotten.push(...(await buryMessage(sql, row)).forgotten)
  }
  const done = rows.length < erasedAtOnce
  if (done) await sql.run('DELETE FROM "MessageReadStatus" WHERE "userId" = ?', userId)
  return { done, place: rows.at(-1)?.clientMessageId ?? place, forgotten }
}

async function eraseSomeOfConversation(sql: Sql, conversationId: string): Promise<ErasedPiece> {
  const rows = await sql.all<Pick<MessageRow, 'id' | 'textId'>>(
    'SELECT "id", "textId" FROM "Message" WHERE "conversationId" = ? LIMIT ?',
    conversationId,
    erasedAtOnce,
  )
  const forgotten: string[] = []
  for (const row of rows) forgotten.push(...(await eraseContent(sql, row)))
  const ids = rows.map(({ id }) => id)
  if (ids.length > 0) await sql.run(`DELETE FROM "Message" WHERE "id" IN (${placeholders(ids)})`, ...ids)
  const events = await eraseSomeEvents(sql, conversationId)
  const done = rows.length < erasedAtOnce && events < eventsErasedAtOnce
  if (done) {
    await sql.run('DELETE FROM "MessageReadStatus" WHERE "conversationId" = ?', conversationId)
    await sql.run('DELETE FROM "ConversationState" WHERE "conversationId" = ?', conversationId)
  }
  return { done, place: '', forgotten }
}

/** The newest event of the log stays: the log must not end before the position of those who have read it. */
function eraseSomeEvents(sql: Sql, conversationId: string): Promise<number> {
  return sql.run(
    `DELETE FROM "MessageEvent" WHERE "id" IN (
       SELECT "id" FROM "MessageEvent"
       WHERE "conversationId" = ? AND "id" < (SELECT max("id") FROM "MessageEvent") LIMIT ?)`,
    conversationId,
    eventsErasedAtOnce,
  )
}

/** Conversations looked at, and the place to go on; null after the last. */
export interface OrphanSearch {
  orphans: string[]
  next: string | null
}

const searchedAtOnce = 1000

/** Looks for conversations that no longer exist but still have messages, some at a time. */
export async function findOrphans(reads: Reads, after: string): Promise<OrphanSearch> {
  const rows = await reads.all<{ conversationId: string; exists: string | null }>(
    `SELECT s."conversationId", c."id" AS "exists" FROM "ConversationState" s
     LEFT JOIN "Conversation" c ON c."id" = s."conversationId"
     WHERE s."conversationId" > ? ORDER BY s."conversationId" LIMIT ?`,
    after,
    searchedAtOnce,
  )
  const orphans = rows.filter((row) => row.exists === null).map(({ conversationId }) => conversationId)
  return { orphans, next: rows.length === searchedAtOnce ? (rows.at(-1)?.conversationId ?? null) : null }
}
