import { createSafeSqliteAdapter } from '../database/safe-sqlite.js'
import type { Sql, SqlDatabase } from '../database/sql.js'
import { openSqlite } from '../database/sqlite-database.js'
import { databaseFile } from '../database/url.js'
import { PrismaClient } from '../generated/prisma/client.js'
import { findScans, findWrites } from './explain.js'
import { createTestDatabase } from './fresh-database.js'

/** A database that remembers the queries it was asked, and tells which of them read a whole table. */
export interface ExplainedDatabase {
  /** For other connections, whose queries are not remembered. */
  url: string
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
  database.$on('query', ({ query }) => {
    // Prisma also tells of BEGIN, and of a COMMIT that is only a comment.
    if (/^(SELECT|INSERT|UPDATE|DELETE)/.test(query)) queries.add(query)
  })
  return {
    url,
    database: database as PrismaClient,
    scans: () => findScans(file, queries),
    async close() {
      await database.$disconnect()
      await remove()
    },
  }
}

/** The same for statements in SQL. */
export interface ExplainedSqlite {
  /** For rows of others: what is written through another connection is not remembered. */
  url: string
  database: SqlDatabase
  /** The statements, with their plans, that no index answers; a look at the newest row by its number is none of them. */
  scans(): Promise<string[]>
  /** The tables that the statements write, also where they cascade; in alphabetical order. */
  writes(): Promise<string[]>
  close(): Promise<void>
}

/** An empty database whose statements are explained. */
export async function explainedSqlite(): Promise<ExplainedSqlite> {
  const { url, remove } = await createTestDatabase()
  const file = databaseFile(url)
  const inner = await openSqlite(file)
  const statements = new Set<string>()
  return {
    url,
    database: rememberAll(inner, statements),
    scans: () => findScans(file, statements),
    writes: () => findWrites(file, statements),
    async close() {
      await inner.close()
      await remove()
    },
  }
}

function rememberAll(database: SqlDatabase, statements: Set<string>): SqlDatabase {
  return {
    ...rememberReads(database, statements),
    transaction: (work) =>
      database.transaction((sql) =>
        work({
          ...rememberReads(sql, statements),
          run(statement, ...values) {
            statements.add(statement)
            return sql.run(statement, ...values)
          },
        }),
      ),
    close: () => database.close(),
  }
}

function rememberReads(sql: Pick<Sql, 'all' | 'get'>, statements: Set<string>): Pick<Sql, 'all' | 'get'> {
  return {
    all(statement, ...values) {
      statements.add(statement)
      return sql.all(statement, ...values)
    },
    get(statement, ...values) {
      statements.add(statement)
      return sql.get(statement, ...values)
    },
  }
}
