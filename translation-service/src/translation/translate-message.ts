import type { Language } from '@meeshy/shared/languages'
import type { Logger } from '@meeshy/shared/logging'
import type { Feed } from '../events/feed.js'
import type { TranslationDatabase } from '../store/database.js'
import type { Outcome } from '../store/outcome.js'
import { countAttempt, finishTranslations, type PendingMessage, readPending } from '../store/translations.js'
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
 * The story of a message: read which languages it still needs, translate its text into all of them at once, store the
 * results with their events, wake the readers. What failed and may succeed later is tried again, five times in all.
 *
 * @returns the milliseconds after which to try again, or null when there is nothing left to do
 */
export async function translateMessage(tools: MessageTools, messageId: string): Promise<number | null> {
  const { database, feed, log } = tools
  const pending = await readPending(database, messageId)
  if (!pending) return null
  const startedAt = performance.now()
  const outcomes = await outcomesFor(tools, pending)
  // Interrupted because the service stops: nothing has been tried, and the next start takes it up.
  if (some(outcomes, 'cancelled')) return null
  if (some(outcomes, 'overloaded')) return overloadPauseMs
  const { final, again } = sort(outcomes, pending)
  await database.write(async (tables) => {
    await finishTranslations(tables, pending, final)
    if (again.length > 0) await countAttempt(tables, pending, again)
  })
  feed.notify()
  log.debug('message translated', {
    messageId,
    statuses: [...outcomes].map(([language, { status }]) => `${language}:${status}`),
    milliseconds: Math.round(performance.now() - startedAt),
  })
  return again.length > 0 ? firstPauseMs * 2 ** attemptsOf(pending, again) : null
}

/** An error that nobody foresaw is a failure like any other: counted, tried again, and told to the readers at last. */
async function outcomesFor(tools: MessageTools, message: PendingMessage): Promise<ReadonlyMap<Language, Outcome>> {
  const { content: text, originalLanguage: source } = message
  const targets = [...message.attempts.keys()]
  try {
    return (await translateText(tools, { text, source, targets })).outcomes
  } catch (error) {
    tools.log.error('a message could not be translated', { messageId: message.id, error })
    return new Map(targets.map((target) => [target, { status: 'failed', reason: 'internal', retriable: true }]))
  }
}

/** What is decided, and the languages that get another attempt. */
function sort(outcomes: ReadonlyMap<Language, Outcome>, { attempts }: PendingMessage) {
  const mayRepeat = (language: Language, outcome: Outcome) =>
    outcome.status === 'failed' && outcome.retriable && (attempts.get(language) ?? 0) + 1 < maxAttempts
  const again = [...outcomes]
    .filter(([language, outcome]) => mayRepeat(language, outcome))
    .map(([language]) => language)
  const final = new Map([...outcomes].filter(([language]) => !again.includes(language)))
  return { final, again }
}

function attemptsOf({ attempts }: PendingMessage, languages: readonly Language[]): number {
  return Math.max(...languages.map((language) => attempts.get(language) ?? 0))
}

function some(outcomes: ReadonlyMap<Language, Outcome>, reason: string): boolean {
  return [...outcomes.values()].some((outcome) => outcome.status === 'failed' && outcome.reason === reason)
}
