import type { Language } from '@meeshy/shared/languages'
import type { Logger } from '@meeshy/shared/logging'
import { wantedLanguages } from '@meeshy/shared/reader-view'
import type { Feed } from '../events/feed.js'
import type { Reads, TranslationDatabase } from '../store/database.js'
import type { Outcome } from '../store/outcome.js'
import { countAttempt, isCurrent, readPending, withdraw } from '../store/pending.js'
import { readReaders } from '../store/permissions.js'
import { priorities } from '../store/priorities.js'
import { finishTranslations, type PendingMessage } from '../store/translations.js'
import { type TextTools, translateText } from './translate-text.js'

const maxAttempts = 5
const firstPauseMs = 500
const overloadPauseMs = 1_000

export interface MessageTools extends TextTools {
  database: TranslationDatabase
  feed: Feed
  log: Logger
}

/**
 * The story of a message: read which languages it still needs and who still reads them, translate its text into all of
 * them at once, store the results with their events, wake the readers. What failed and may succeed later is tried
 * again, five times in all.
 *
 * @returns the milliseconds after which to try again, or null when there is nothing left to do
 */
export async function translateMessage(tools: MessageTools, messageId: string): Promise<number | null> {
  const { database, feed, memory, log } = tools
  const pending = await readPending(database, messageId)
  if (!pending) return null
  const startedAt = performance.now()
  const targets = await takeTargets(database, pending)
  if (targets.length === 0) return null
  const outcomes = await outcomesFor(tools, pending, targets)
  // Interrupted because the service stops: nothing has been tried, and the next start takes it up.
  if (some(outcomes, 'cancelled')) return null
  if (some(outcomes, 'overloaded')) return overloadPauseMs
  const { final, again } = sortOutcomes(outcomes, pending)
  const current = await database.write(async (sql) => {
    await finishTranslations(sql, pending, final, memory.expiresAt)
    await countAttempt(sql, pending, again)
    return isCurrent(sql, pending)
  })
  // Nobody shows what was made of a text that is gone, so nothing of it is kept.
  if (!current) memory.forget(keysOf(outcomes))
  feed.notify()
  log.debug('message translated', {
    messageId,
    statuses: [...outcomes].map(([language, { status }]) => `${language}:${status}`),
    milliseconds: Math.round(performance.now() - startedAt),
  })
  return again.length > 0 ? firstPauseMs * 2 ** attemptsOf(pending, again) : null
}

/** The languages to translate into. Those that nobody needs any more are withdrawn. */
async function takeTargets(database: TranslationDatabase, pending: PendingMessage): Promise<Language[]> {
  const { targets, unwanted } = await sortLanguages(database, pending)
  if (unwanted.length === 0) return targets
  // Decided again where it is done: somebody may have come back.
  return database.write(async (sql) => {
    const sorted = await sortLanguages(sql, pending)
    await withdraw(sql, pending, sorted.unwanted)
    return sorted.targets
  })
}

/** Members who have left, or read something else by now, cause no more work; whoever asked for one language gets it. */
async function sortLanguages(
  reads: Reads,
  { conversationId, originalLanguage, languages }: PendingMessage,
): Promise<{ targets: Language[]; unwanted: Language[] }> {
  const readers = await readReaders(reads, conversationId)
  const wanted = new Set(wantedLanguages(readers, originalLanguage))
  const targets = [...languages].filter(
    ([language, { priority }]) => wanted.has(language) || priority === priorities.asked,
  )
  const kept = new Set(targets.map(([language]) => language))
  return { targets: [...kept], unwanted: [...languages.keys()].filter((language) => !kept.has(language)) }
}

/** An error that nobody foresaw is a failure like any other: counted, tried again, and told to the readers at last. */
async function outcomesFor(
  tools: MessageTools,
  { id, content: text, originalLanguage: source }: PendingMessage,
  targets: readonly Language[],
): Promise<ReadonlyMap<Language, Outcome>> {
  try {
    return (await translateText(tools, { text, source, targets })).outcomes
  } catch (error) {
    tools.log.error('a message could not be translated', { messageId: id, error })
    return new Map(targets.map((target) => [target, { status: 'failed', reason: 'internal', retriable: true }]))
  }
}

/** What is decided, and the languages that get another attempt. */
function sortOutcomes(outcomes: ReadonlyMap<Language, Outcome>, message: PendingMessage) {
  const mayRepeat = (language: Language, outcome: Outcome) =>
    outcome.status === 'failed' && outcome.retriable && attemptsOf(message, [language]) + 1 < maxAttempts
  const again = [...outcomes]
    .filter(([language, outcome]) => mayRepeat(language, outcome))
    .map(([language]) => language)
  const final = new Map([...outcomes].filter(([language]) => !again.includes(language)))
  return { final, again }
}

function attemptsOf({ languages }: PendingMessage, some: readonly Language[]): number {
  return Math.max(...some.map((language) => languages.get(language)?.attempts ?? 0))
}

function keysOf(outcomes: ReadonlyMap<Language, Outcome>): string[] {
  return [...outcomes.values()].flatMap((outcome) => (outcome.status === 'ready' ? [outcome.memoryKey] : []))
}

function some(outcomes: ReadonlyMap<Language, Outcome>, reason: string): boolean {
  return [...outcomes.values()].some((outcome) => outcome.status === 'failed' && outcome.reason === reason)
}
