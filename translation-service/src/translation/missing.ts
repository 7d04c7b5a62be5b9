import type { Logger } from '@meeshy/shared/logging'
import { type Reader, wantedLanguage } from '@meeshy/shared/reader-view'
import type { Message } from '../store/convert.js'
import type { TranslationDatabase } from '../store/database.js'
import { addPending } from '../store/translations.js'
import type { TranslationQueue } from './queue.js'

interface MissingTools {
  database: TranslationDatabase
  queue: TranslationQueue
  log: Logger
}

/**
 * Messages as their reader gets them. The translations that the reader lacks, for example because they joined or
 * changed their language after the messages were written, are shown as pending and asked for meanwhile; a failed one
 * is tried again. The results come as events. Nobody waits for this, and a read does not fail because of it.
 */
export function withMissing(tools: MissingTools, messages: readonly Message[], reader: Reader): Message[] {
  const lacking = messages.filter((message) => {
    const wanted = wantedLanguage(reader, message.originalLanguage)
    const has = message.translations.find(({ language }) => language === wanted)
    return wanted !== null && message.deletedAt === undefined && (!has || has.status === 'failed')
  })
  if (lacking.length === 0) return [...messages]
  void request(tools, lacking, reader)
  const pending = { language: reader.language, status: 'pending', cached: false }
  return messages.map((message) =>
    lacking.includes(message) && message.translations.length === 0
      ? { ...message, translations: [{ ...pending, revision: message.revision }] }
      : message,
  )
}

async function request(
  { database, queue, log }: MissingTools,
  messages: Message[],
  { language }: Reader,
): Promise<void> {
  try {
    const waiting = await database.write((tables) => addPending(tables, messages, language))
    for (const messageId of waiting) queue.add(messageId)
  } catch (error) {
    log.warn('missing translations could not be asked for', { count: messages.length, error })
  }
}
