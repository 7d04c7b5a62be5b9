import { createHmac } from 'node:crypto'
import { openConnection } from '@meeshy/shared/database/connection'
import { databaseFile } from '@meeshy/shared/database/url'
import { newId } from '@meeshy/shared/ids'
import { atOnce, contentKey, type Draft, expiry, knownEntries, knownTranslation, type Writer } from './drafts.js'

type Connection = Awaited<ReturnType<typeof openConnection>>

/** The limit: the same rows by bare statements one after the other, `atOnce` messages to a transaction. */
export async function openRawSide(url: string): Promise<Writer> {
  const connection = await openConnection(databaseFile(url))
  rememberKnown(connection)
  const insert = inserter(connection)
  const commit = connection.transaction((drafts: readonly Draft[]) => drafts.forEach(insert))
  return {
    write: async (drafts) => {
      for (let done = 0; done < drafts.length; done += atOnce) commit.immediate(drafts.slice(done, done + atOnce))
    },
    close: async () => connection.close(),
  }
}

function inserter(connection: Connection): (message: Draft) => void {
  const prepare = (text: string) => connection.prepare<unknown[]>(text)
  const member = prepare('SELECT "role" FROM "ConversationMember" WHERE "conversationId" = ? AND "userId" = ?')
  const repeated = prepare('SELECT "id" FROM "Message" WHERE "senderId" = ? AND "clientMessageId" = ?')
  const counters = connection.prepare<unknown[], { lastSeq: number; lastEventSeq: number }>(
    `INSERT INTO "ConversationState" ("conversationId", "lastSeq", "lastEventSeq", "lastActivityAt") VALUES (?, 1, 1, ?)
     ON CONFLICT DO UPDATE SET "lastSeq" = "lastSeq" + 1, "lastEventSeq" = "lastEventSeq" + 1,
       "lastActivityAt" = excluded."lastActivityAt" RETURNING "lastSeq", "lastEventSeq"`,
  )
  const text = prepare('INSERT INTO "Text" ("value") VALUES (?)')
  const message = prepare(
    `INSERT INTO "Message" ("id", "conversationId", "seq", "senderId", "clientMessageId", "contentHash", "textId",
       "originalLanguage", "languageSource", "createdAt") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const known = connection.prepare<unknown[], { textId: number }>(
    'SELECT "textId" FROM "TranslationMemory" WHERE "key" = ?',
  )
  const translation = prepare(
    `INSERT INTO "MessageTranslation" ("messageId", "language", "revision", "status", "textId", "model", "confidence",
       "cached", "requestedAt", "updatedAt") VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const event = prepare(
    `INSERT INTO "MessageEvent" ("conversationId", "eventSeq", "type", "messageId", "revision", "createdAt")
     VALUES (?, ?, 'new', ?, 1, ?)`,
  )
  const mark = prepare(
    `INSERT INTO "MessageReadStatus" ("conversationId", "userId", "seq", "updatedAt") VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET "seq" = excluded."seq", "updatedAt" = excluded."updatedAt"`,
  )
  return ({ conversationId, senderId, clientMessageId, content, originalLanguage, languageSource, translations }) => {
    const [id, now] = [newId(), new Date().toISOString()]
    const hash = createHmac('sha256', contentKey).update(content).digest('base64url')
    if (!member.get(conversationId, senderId)) throw new Error('the writer is a member')
    if (repeated.get(senderId, clientMessageId)) throw new Error('every draft has an id of its own')
    const { lastSeq, lastEventSeq } = must(counters.get(conversationId, now))
    const textId = text.run(content).lastInsertRowid
    const origin = [originalLanguage, languageSource]
    message.run(id, conversationId, lastSeq, senderId, clientMessageId, hash, textId, ...origin, now)
    for (const [language, outcome] of translations.outcomes) {
      const ready = outcome?.status === 'ready' ? outcome : null
      const columns = ready
        ? ['ready', must(known.get(ready.memoryKey)).textId, ready.model, ready.confidence, 1]
        : ['pending', null, null, null, 0]
      translation.run(id, language, ...columns, now, now)
    }
    event.run(conversationId, lastEventSeq, id, now)
    mark.run(conversationId, senderId, lastSeq, now)
  }
}

function rememberKnown(connection: Connection): void {
  const text = connection.prepare('INSERT INTO "Text" ("value") VALUES (?)')
  const entry = connection.prepare(
    `INSERT INTO "TranslationMemory" ("key", "source", "target", "textId", "model", "confidence", "createdAt",
       "expiresAt") VALUES (?, 'fr', 'es', ?, ?, ?, ?, ?)`,
  )
  const [now, expiresAt] = [Date.now(), expiry()].map((time) => new Date(time).toISOString())
  connection.transaction(() => {
    for (let index = 0; index < knownEntries; index += 1) {
      const { memoryKey, text: value, model, confidence } = knownTranslation(index)
      entry.run(memoryKey, text.run(value).lastInsertRowid, model, confidence, now, expiresAt)
    }
  })()
}

function must<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error('a row is missing')
  return row
}
