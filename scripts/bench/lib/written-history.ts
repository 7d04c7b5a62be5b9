import { openConnection } from '@meeshy/shared/database/connection'
import { databaseFile } from '@meeshy/shared/database/url'
import { newId } from '@meeshy/shared/ids'

type Connection = Awaited<ReturnType<typeof openConnection>>

const messagesPerTransaction = 10_000

export interface Plan {
  /** For each message the conversation that it stands in. */
  conversationIds: Iterable<string>
  writerId: string
  /** Each message has a translation into each. */
  languages: readonly string[]
  /** Whether the log tells of each message and translation. */
  withEvents: boolean
}

/**
 * Fills a database that nobody else uses with messages of the last days, a second between two of them. Nothing is
 * synced before the end: what is measured is what comes later.
 */
export async function writeHistory(url: string, plan: Plan): Promise<void> {
  const connection = await openConnection(databaseFile(url))
  for (const pragma of ['journal_mode = OFF', 'synchronous = OFF', 'foreign_keys = OFF', 'cache_size = -262144']) {
    connection.pragma(pragma)
  }
  const write = writer(connection, plan)
  connection.exec('BEGIN')
  let written = 0
  for (const conversationId of plan.conversationIds) {
    write(conversationId)
    written += 1
    if (written % messagesPerTransaction === 0) connection.exec('COMMIT; BEGIN')
  }
  connection.exec('COMMIT')
  writeCounters(connection, plan)
  connection.close()
}

function writer(connection: Connection, { writerId, languages, withEvents }: Plan): (conversationId: string) => void {
  const text = connection.prepare('INSERT INTO "Text" ("value") VALUES (?)')
  const message = connection.prepare(
    `INSERT INTO "Message" ("id", "conversationId", "seq", "senderId", "clientMessageId", "contentHash", "textId",
       "originalLanguage", "languageSource", "createdAt") VALUES (?, ?, ?, ?, ?, ?, ?, 'fr', 'client', ?)`,
  )
  const translation = connection.prepare(
    `INSERT INTO "MessageTranslation" ("messageId", "language", "revision", "status", "textId", "model", "confidence",
       "requestedAt", "updatedAt") VALUES (?, ?, 1, 'ready', ?, 'bench', 0.9, ?, ?)`,
  )
  const event = connection.prepare(
    `INSERT INTO "MessageEvent" ("conversationId", "eventSeq", "type", "messageId", "revision", "language", "createdAt")
     VALUES (?, ?, ?, ?, 1, ?, ?)`,
  )
  const [messages, events] = [new Map<string, number>(), new Map<string, number>()]
  const log = (conversationId: string, type: string, id: string, language: string | null, now: string) => {
    if (withEvents) event.run(conversationId, next(events, conversationId), type, id, language, now)
  }
  const startedAt = Date.now() - 20 * 86_400_000
  let number = 0
  return (conversationId) => {
    number += 1
    const [id, now] = [newId(), new Date(startedAt + number * 1000).toISOString()]
    const content = text.run(`À demain à dix heures, numéro ${number}`).lastInsertRowid
    const seq = next(messages, conversationId)
    message.run(id, conversationId, seq, writerId, newId(), newId(), content, now)
    log(conversationId, 'new', id, null, now)
    for (const language of languages) {
      translation.run(
        id,
        language,
        text.run(`[${language}] See you at ten, number ${number}`).lastInsertRowid,
        now,
        now,
      )
      log(conversationId, 'translated', id, language, now)
    }
  }
}

function next(numbers: Map<string, number>, conversationId: string): number {
  const number = (numbers.get(conversationId) ?? 0) + 1
  numbers.set(conversationId, number)
  return number
}

/** As they would stand after these messages. */
function writeCounters(connection: Connection, { writerId }: Plan): void {
  connection.exec(
    `INSERT INTO "ConversationState" ("conversationId", "lastSeq", "lastEventSeq", "lastActivityAt")
     SELECT "conversationId", max("seq"), 0, max("createdAt") FROM "Message" GROUP BY "conversationId";
     UPDATE "ConversationState" SET "lastEventSeq" = coalesce((SELECT max("eventSeq") FROM "MessageEvent" e
       WHERE e."conversationId" = "ConversationState"."conversationId"), 0)`,
  )
  connection
    .prepare(
      `INSERT INTO "MessageReadStatus" ("conversationId", "userId", "seq", "updatedAt")
       SELECT "conversationId", ?, "lastSeq", "lastActivityAt" FROM "ConversationState"`,
    )
    .run(writerId)
}
