import { PrismaClient } from '../generated/prisma/client.js'
import { busyBudgetMs } from './busy.js'
import { assertSchemaIsCurrent } from './current-schema.js'
import { createSafeSqliteAdapter } from './safe-sqlite.js'
import { databaseFile } from './url.js'

/** A transaction that waits for another process gives up after the adapter's budget, with its clearer error. */
const startTimeoutMs = busyBudgetMs + 1_000

/** A transaction has the whole database for itself, so a forgotten one is rolled back soon. */
const transactionTimeoutMs = 5_000

/**
 * Opens the database that a `file:` URL names, for one service. Refuses a missing database, one that lacks
 * migrations, and one made by a newer version. Close it with `$disconnect()`.
 */
export async function openDatabase(url: string): Promise<PrismaClient> {
  const file = databaseFile(url)
  await assertSchemaIsCurrent(file)
  const database = new PrismaClient({
    adapter: createSafeSqliteAdapter({ file }),
    // Prisma's longer messages quote the values of the query, and so people's words.
    errorFormat: 'minimal',
    transactionOptions: { maxWait: startTimeoutMs, timeout: transactionTimeoutMs },
  })
  await database.$connect()
  return database
}
