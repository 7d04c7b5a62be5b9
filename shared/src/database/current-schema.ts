import { existsSync } from 'node:fs'
import { retryWhileBusy } from './busy.js'
import { openConnection } from './connection.js'
import { pendingMigrations } from './history.js'
import { readMigrations } from './migrations.js'

/** @throws Error that says what to do, for a missing database, one that lacks migrations, and one of a newer version */
export async function assertSchemaIsCurrent(file: string): Promise<void> {
  const remedy = 'run ./start.sh dev, or migrate'
  if (!existsSync(file)) throw new Error(`There is no database at ${file}: ${remedy}`)
  const known = await readMigrations()
  const connection = await openConnection(file)
  try {
    const pending = await retryWhileBusy(() => pendingMigrations(connection, known))
    const missing = pending.map(({ name }) => name)
    if (missing.length > 0) throw new Error(`The database lacks migrations (${missing.join(', ')}): ${remedy}`)
  } finally {
    connection.close()
  }
}
