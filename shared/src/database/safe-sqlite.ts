import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import Database from 'better-sqlite3'
import { busyBudgetMs, nativeBusyTimeoutMs } from './busy.js'
import { secureConnection } from './connection.js'
import { GuardedConnection } from './guarded-connection.js'

export interface SafeSqliteOptions {
  /** Absolute path of a file that exists. */
  file: string
  /** How long a statement waits for another process before it fails with P1008. */
  budgetMs?: number
}

/**
 * Prisma's better-sqlite3 adapter with a guard round it, for `new PrismaClient({ adapter })` and for the schema
 * engine. Without the guard every other query of the client runs inside whichever transaction is open, and is lost
 * when that rolls back, although it was acknowledged; and waiting for another process blocks the event loop.
 */
export function createSafeSqliteAdapter(options: SafeSqliteOptions): SqlMigrationAwareDriverAdapterFactory {
  const { file, budgetMs = busyBudgetMs } = options
  const stock = new PrismaBetterSqlite3({ url: file, fileMustExist: true, timeout: nativeBusyTimeoutMs })
  return {
    provider: 'sqlite',
    adapterName: stock.adapterName,
    async connect() {
      const connection = await stock.connect()
      const client = clientOf(connection)
      await secureConnection(client)
      return new GuardedConnection(connection, client, budgetMs)
    },
    // The shadow database is in memory, used by one engine, and gone afterwards: nothing to guard.
    connectToShadowDb: () => stock.connectToShadowDb(),
  }
}

/** The adapter's own connection, which its type does not show: only it can say whether a transaction is open. */
function clientOf(connection: SqlDriverAdapter): Database.Database {
  if ('client' in connection && connection.client instanceof Database) return connection.client
  throw new Error('@prisma/adapter-better-sqlite3 has changed inside: adapt safe-sqlite.ts to this version')
}
