import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../open.js'
import { openSqlite } from '../sqlite-database.js'
import { databaseFile } from '../url.js'

/** What write-beside.ts does to the database, through one of the two ways to reach it. */
export interface Rows {
  create(id: string): Promise<void>
  /** Reads, thinks, then writes: the transaction that fails or loses counts where BEGIN does not take the lock. */
  countAndCreate(id: string): Promise<void>
  /** The processes that have said that they are ready. */
  countReady(): Promise<number>
  close(): Promise<void>
}

export function openRows(engine: string, url: string): Promise<Rows> {
  return engine === 'prisma' ? openWithPrisma(url) : openWithStatements(url)
}

async function openWithPrisma(url: string): Promise<Rows> {
  const database = await openDatabase(url)
  return {
    async create(id) {
      await database.feedCursor.create({ data: { consumer: id, cursor: '' } })
    },
    async countAndCreate(id) {
      await database.$transaction(async (tx) => {
        const state = await tx.conversationState.findUniqueOrThrow({ where: { conversationId: 'shared' } })
        await sleep(1)
        const data = { lastSeq: state.lastSeq + 1 }
        await tx.conversationState.update({ where: { conversationId: 'shared' }, data })
        await tx.feedCursor.create({ data: { consumer: id, cursor: '' } })
      })
    },
    countReady: () => database.feedCursor.count({ where: { consumer: { startsWith: 'ready-' } } }),
    close: () => database.$disconnect(),
  }
}

async function openWithStatements(url: string): Promise<Rows> {
  const database = await openSqlite(databaseFile(url))
  const insert =
    'INSERT INTO "FeedCursor" ("consumer", "cursor", "updatedAt") VALUES (?, \'\', \'2026-11-22T00:00:00Z\')'
  return {
    async create(id) {
      await database.transaction((sql) => sql.run(insert, id))
    },
    async countAndCreate(id) {
      await database.transaction(async (sql) => {
        const ofShared = 'WHERE "conversationId" = \'shared\''
        const state = await sql.get<{ lastSeq: number }>(`SELECT "lastSeq" FROM "ConversationState" ${ofShared}`)
        await sleep(1)
        await sql.run(`UPDATE "ConversationState" SET "lastSeq" = ? ${ofShared}`, (state?.lastSeq ?? 0) + 1)
        await sql.run(insert, id)
      })
    },
    async countReady() {
      const rows = await database.all('SELECT 1 FROM "FeedCursor" WHERE "consumer" LIKE \'ready-%\'')
      return rows.length
    },
    close: () => database.close(),
  }
}
