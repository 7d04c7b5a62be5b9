import { openConnection } from '../database/connection.js'
import { createSafeSqliteAdapter } from '../database/safe-sqlite.js'
import { databaseFile } from '../database/url.js'
import { PrismaClient } from '../generated/prisma/client.js'
import { createTestDatabase } from './fresh-database.js'

/** A database that remembers the queries it was asked, and tells which of them read a whole table. */
export interface ExplainedDatabase {
  database: PrismaClient
  /** The queries, with their plans, that no index answers; a look at the newest row by its number is none of them. */
  scans(): Promise<string[]>
  close(): Promise<void>
}

/** An empty database whose queries are explained. */
export async function createExplainedDatabase(): Promise<ExplainedDatabase> {
  const { url, remove } = await createTestDatabase()
  const file = databaseFile(url)
  const database = new PrismaClient({
    adapter: createSafeSqliteAdapter({ file }),
    log: [{ emit: 'event', level: 'query' }],
  })
  const queries = new Set<string>()
  database.$on('query', ({ query }) => queries.add(query))
  return {
    database: database as PrismaClient,
    async scans() {
      const connection = await openConnection(file)
      const found = [...queries].filter(isExplainable).flatMap((query) => {
        const parameters = query.match(/\?/g)?.map(() => 1) ?? []
        const plan = connection.prepare(`EXPLAIN QUERY PLAN ${query}`).all(...parameters) as { detail: string }[]
        const steps = plan.map(({ detail }) => detail)
        const scans = steps.some((step) => step.startsWith('SCAN ')) && !newestRow.test(query)
        return scans ? [`${query}\n  ${steps.join('\n  ')}`] : []
      })
      connection.close()
      return found
    },
    async close() {
      await database.$disconnect()
      await remove()
    },
  }
}

/** `ORDER BY id DESC LIMIT`: a walk that ends at its first step. */
const newestRow = /ORDER BY \S+`id` DESC LIMIT/

function isExplainable(query: string): boolean {
  return /^(SELECT|UPDATE|DELETE)/.test(query)
}
