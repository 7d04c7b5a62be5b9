import { createHmac } from 'node:crypto'
import { newId } from '@meeshy/shared/ids'
import { createMessage } from '../../../translation-service/src/store/create-message.js'
import { openTranslationDatabase } from '../../../translation-service/src/store/database.js'
import { rememberText } from '../../../translation-service/src/store/memory.js'
import { eachInFlight } from '../lib/load.js'
import { atOnce, contentKey, type Draft, expiry, knownEntries, knownTranslation, type Writer } from './drafts.js'

/** The service's own way: the store's function, several writes to a commit. */
export async function openStoreSide(url: string): Promise<Writer> {
  const database = await openTranslationDatabase(url)
  await database.write(async (sql) => {
    for (let index = 0; index < knownEntries; index += 1) {
      const { memoryKey: key, ...entry } = knownTranslation(index)
      await rememberText(sql, { ...entry, key, source: 'fr', target: 'es', expiresAt: expiry() })
    }
  })
  return {
    write: (drafts) =>
      eachInFlight(drafts, atOnce, (draft) => database.write((sql) => createMessage(sql, contentKey, draft))),
    close: () => database.close(),
  }
}

/** The peer's one row by the store's means. */
export async function openStoreRowSide(url: string): Promise<Writer> {
  const database = await openTranslationDatabase(url)
  let seq = 0
  const create = ({ conversationId, senderId, clientMessageId, content, originalLanguage, languageSource }: Draft) => {
    const hash = createHmac('sha256', contentKey).update(content).digest('base64url')
    seq += 1
    const numbers = [seq, senderId, clientMessageId, hash, seq] as const
    return database.write((sql) =>
      sql.run(
        `INSERT INTO "Message" ("id", "conversationId", "seq", "senderId", "clientMessageId", "contentHash", "textId",
           "originalLanguage", "languageSource", "createdAt") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[newId(), conversationId, ...numbers, originalLanguage, languageSource, new Date().toISOString()],
      ),
    )
  }
  return { write: (drafts) => eachInFlight(drafts, atOnce, create), close: () => database.close() }
}
