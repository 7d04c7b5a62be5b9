import { isLanguage, type Language } from '@meeshy/shared/languages'
import type { MessageTables } from './database.js'
import { appendEvents, type NewEvent } from './events.js'
import type { Outcome } from './outcome.js'

/** The row of a translation whose outcome is known, or of a pending one. */
export function newTranslationRow(messageId: string, language: Language, outcome: Outcome | null) {
  return { messageId, language, revision: 1, ...(outcome ? outcomeColumns(outcome) : { status: 'pending' }) }
}

function outcomeColumns(outcome: Outcome) {
  if (outcome.status !== 'ready') return { status: outcome.status, reason: outcome.reason }
  const { status, text, model, confidence, cached } = outcome
  return { status, text, model, confidence, cached, reason: null }
}

/** A message that still needs translations. */
export interface PendingMessage {
  id: string
  conversationId: string
  senderId: string
  revision: number
  content: string
  originalLanguage: Language
  /** The languages it needs, and how often each was tried before. */
  attempts: ReadonlyMap<Language, number>
}

/** Reads what a message still needs; null when nothing is pending. */
export async function readPending(tables: MessageTables, messageId: string): Promise<PendingMessage | null> {
  const row = await tables.message.findUnique({
    where: { id: messageId },
    include: { translations: { where: { status: 'pending' } } },
  })
  if (!row || row.deletedAt || !isLanguage(row.originalLanguage)) return null
  const pending = row.translations.filter((translation) => translation.revision === row.revision)
  if (pending.length === 0) return null
  return {
    ...row,
    originalLanguage: row.originalLanguage,
    attempts: new Map(
      pending.flatMap(({ language, attempts }) => (isLanguage(language) ? [[language, attempts]] : [])),
    ),
  }
}

/** The messages that wait longest for a translation, at most `limit`, without those in `except`. */
export async function listPending(
  tables: MessageTables,
  limit: number,
  except: ReadonlySet<string>,
): Promise<string[]> {
  const rows = await tables.messageTranslation.findMany({
    where: { status: 'pending' },
    orderBy: { createdAt: 'asc' },
    // Left out here and not in the query, whose parameters are limited.
    take: limit + except.size,
    distinct: ['messageId'],
    select: { messageId: true },
  })
  return rows
    .map((row) => row.messageId)
    .filter((messageId) => !except.has(messageId))
    .slice(0, limit)
}

/**
 * Makes these messages wait for a language, except those that have it, or have failed less than a minute ago.
 *
 * @returns the ids of those that wait now
 */
export async function addPending(
  tables: MessageTables,
  messages: readonly { id: string; revision: number }[],
  language: Language,
): Promise<string[]> {
  const ids = messages.map(({ id }) => id)
  const rows = await tables.messageTranslation.findMany({ where: { messageId: { in: ids }, language } })
  const known = new Set(rows.map((row) => row.messageId))
  const lacking = messages.filter(({ id }) => !known.has(id))
  await tables.messageTranslation.createMany({
    data: lacking.map(({ id, revision }) => ({ messageId: id, language, revision, status: 'pending' })),
  })
  const again = rows.filter(mayTryAgain).map((row) => row.messageId)
  if (again.length > 0) {
    await tables.messageTranslation.updateMany({
      where: { messageId: { in: again }, language },
      data: { status: 'pending', attempts: 0 },
    })
  }
  return [...lacking.map(({ id }) => id), ...again]
}

const tryAgainAfterMs = 60_000

/** Whether a translation failed long enough ago for another try, because somebody looks at it. */
function mayTryAgain({ status, updatedAt }: { status: string; updatedAt: Date }): boolean {
  return status === 'failed' && Date.now() - updatedAt.getTime() > tryAgainAfterMs
}

/** Stores results with their events. A result for a text that has changed meanwhile lands nowhere. */
export async function finishTranslations(
  tables: MessageTables,
  { id: messageId, conversationId, revision }: PendingMessage,
  outcomes: ReadonlyMap<Language, Outcome>,
): Promise<void> {
  const events: NewEvent[] = []
  for (const [language, outcome] of outcomes) {
    const { count } = await tables.messageTranslation.updateMany({
      where: { messageId, language, revision, status: 'pending' },
      data: outcomeColumns(outcome),
    })
    const type = outcome.status === 'ready' ? 'translated' : 'translation_failed'
    if (count > 0) events.push({ type, messageId, revision, language })
  }
  await appendEvents(tables, conversationId, events)
}

/** Counts an attempt that will be repeated; the rows stay pending. */
export async function countAttempt(
  tables: MessageTables,
  { id: messageId, revision }: PendingMessage,
  languages: readonly Language[],
): Promise<void> {
  await tables.messageTranslation.updateMany({
    where: { messageId, revision, language: { in: [...languages] }, status: 'pending' },
    data: { attempts: { increment: 1 } },
  })
}
