import type { Logger } from '@meeshy/shared/logging'
import { type Reader, wantedLanguage } from '@meeshy/shared/reader-view'
import type { Message } from '../store/convert.js'
import type { TranslationDatabase } from '../store/database.js'
import { requestTranslations } from '../store/pending.js'
import type { Priority } from '../store/priorities.js'
import type { TranslationQueue } from './queue.js'

/** A failed translation is tried again for a reader who looks, but not for every look. */
const tryAgainAfterMs = 60_000

interface LackingTools {
  database: TranslationDatabase
  queue: TranslationQueue
  log: Logger
}

/** The messages whose translation this reader needs and does not have, or not in a state to stay with. */
export function lackedBy(reader: Reader, messages: readonly Message[]): Message[] {
  return messages.filter((message) => {
    const wanted = wantedLanguage(reader, message.originalLanguage)
    if (wanted === null || message.deletedAt !== undefined) return false
    const has = message.translations.find(({ language }) => language === wanted)
    return !has || has.status === 'failed' || has.status === 'pending'
  })
}

/** Shows as pending what is about to be asked for. */
export function withPending(message: Message, { language }: Reader): Message {
  if (message.translations.some((translation) => translation.language === language)) return message
  const pending = { language, status: 'pending', cached: false, retriable: false, revision: message.revision }
  return { ...message, translations: [...message.translations, pending] }
}

/**
 * Asks for the translations that a reader lacks, for example because they joined or changed their language after the
 * messages were written: the last of them first. The results come as events. Nobody waits for this, and what fails
 * here is asked for by the next look.
 *
 * @returns whether they could be asked for
 */
export async function requestLacking(
  { database, queue, log }: LackingTools,
  lacking: readonly Message[],
  { language }: Reader,
  priority: Priority,
): Promise<boolean> {
  if (lacking.length === 0) return true
  const messageIds = lacking.map(({ id }) => id).reverse()
  const retryFailedBefore = Date.now() - tryAgainAfterMs
  try {
    const waiting = await database.write((sql) =>
      requestTranslations(sql, { messageIds, language, priority, retryFailedBefore }),
    )
    for (const messageId of waiting) queue.add(messageId, priority)
    return true
  } catch (error) {
    log.warn('missing translations could not be asked for', { count: lacking.length, error })
    return false
  }
}
