import type { Language } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import type { Feed } from '../events/feed.js'
import type { Message, Translation } from '../store/convert.js'
import type { TranslationDatabase } from '../store/database.js'
import { readMessage } from '../store/messages.js'
import { requestTranslations } from '../store/pending.js'
import { priorities } from '../store/priorities.js'
import { readTranslation } from '../store/translations.js'
import type { TranslationQueue } from './queue.js'

const longestWaitMs = 30_000
/** A failure that trying again does not help is tried again all the same, because an operator may have helped. */
const hopelessPauseMs = 60_000

export interface DemandTools {
  database: TranslationDatabase
  feed: Feed
  queue: TranslationQueue
}

/**
 * The translation of a message into a language in a final state; made first, before everything else that waits, when
 * it is not there. What is being waited for goes on when the caller gives up; after an edit it is the new text's.
 *
 * @throws Problem not_found when the message is deleted, translation_timeout after 30 s or when the signal aborts
 */
export async function translateOnDemand(
  tools: DemandTools,
  message: Message,
  language: Language,
  caller: AbortSignal,
): Promise<Translation> {
  const signal = AbortSignal.any([caller, AbortSignal.timeout(longestWaitMs)])
  let current: Message | null = message
  while (current && current.deletedAt === undefined) {
    const translation = needsNone(current, language) ?? (await translationOf(tools, current.id, language, signal))
    if (translation) return translation
    current = await readMessage(tools.database, message.id, null)
  }
  throw new Problem('not_found', 'There is no such message.')
}

function needsNone({ originalLanguage, revision }: Message, language: Language): Translation | null {
  const skipped = { language, status: 'skipped', cached: false, retriable: false, revision }
  if (originalLanguage === language) return { ...skipped, reason: 'same_language' }
  if (originalLanguage === 'und') return { ...skipped, reason: 'no_words' }
  return null
}

/** @returns null when the text has gone meanwhile: edited or deleted */
async function translationOf(
  tools: DemandTools,
  messageId: string,
  language: Language,
  signal: AbortSignal,
): Promise<Translation | null> {
  const known = await readTranslation(tools.database, messageId, language)
  if (known?.status === 'ready' || known?.status === 'skipped') return known
  const retryFailedBefore = Date.now() - (known?.retriable ? 0 : hopelessPauseMs)
  const request = { messageIds: [messageId], language, priority: priorities.asked, retryFailedBefore }
  const [waiting] = await tools.database.write((sql) => requestTranslations(sql, request))
  if (waiting) tools.queue.add(waiting, priorities.asked)
  return final(tools, messageId, language, signal)
}

async function final(
  { database, feed }: DemandTools,
  messageId: string,
  language: Language,
  signal: AbortSignal,
): Promise<Translation | null> {
  while (!signal.aborted) {
    const seen = feed.version
    const translation = await readTranslation(database, messageId, language)
    if (translation?.status !== 'pending') return translation
    await feed.changeSince(seen, signal)
    if (feed.version === seen && !signal.aborted) break
  }
  throw new Problem('translation_timeout', undefined, { retryAfterSeconds: 5 })
}
