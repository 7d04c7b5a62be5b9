import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'
import { retryWhileBusy } from './busy.js'
import { openConnection } from './connection.js'
import { pendingMigrations, recordMigration } from './history.js'
import type { Migration } from './migrations.js'
import { migrationsFolder, readMigrations } from './migrations.js'
import { databaseFile } from './url.js'

/** How long one runner waits for another one's migration, or for a running service's transaction. */
const lockBudgetMs = 60_000

export interface MigrateOptions {
  /** Called with the name of each migration before it is applied. */
  onProgress?: (migration: string) => void
  /** Other migrations than this version's: for tests. */
  folder?: string
}

/**
 * Creates the database where it is missing and applies the migrations that it lacks. Safe to run twice at once and to
 * kill at any moment: every migration and its note in `_prisma_migrations` are one transaction, which holds SQLite's
 * write lock, and what is pending is read inside it. Refuses a database of a newer version.
 *
 * Prisma's schema engine is not used for this: measured with 7.10, it applies a script outside a transaction, and a
 * script that stops in the middle leaves half of its tables and a failed row that blocks every later run.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<{ applied: string[] }> {
  const file = databaseFile(url)
  const known = await readMigrations(options.folder ?? migrationsFolder)
  await createPrivately(file)
  const connection = await openConnection(file)
  try {
    // Rebuilding a table drops the old one, which would delete its children's rows. It cannot be switched off inside
    // a transaction; the check before the commit takes its place.
    connection.pragma('foreign_keys = OFF')
    const applied: string[] = []
    for (;;) {
      const next = await retryWhileBusy(() => applyNext(connection, known, options.onProgress), lockBudgetMs)
      if (next === undefined) return { applied }
      applied.push(next)
    }
  } finally {
    connection.close()
  }
}

/** Only the service's own user may read a database of other people's messages. SQLite gives WAL files the same mode. */
async function createPrivately(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'a', 0o600)
  await handle.close()
}

/** Applies the oldest pending migration and returns its name; undefined when there is none. */
function applyNext(
  connection: Database,
  known: readonly Migration[],
  onProgress?: (migration: string) => void,
): string | undefined {
  const step = connection.transaction(() => {
    const next = pendingMigrations(connection, known)[0]
    if (!next) return undefined
    onProgress?.(next.name)
    apply(connection, next)
    return next.name
  })
  return step.immediate()
}

function apply(connection: Database, migration: Migration): void {
  const startedAt = new Date()
  connection.exec(migration.sql)
  const orphans = connection.prepare('PRAGMA foreign_key_check').all()
  if (orphans.length > 0) throw new Error(`${migration.name} leaves ${orphans.length} rows without their parent`)
  recordMigration(connection, migration, startedAt)
}
