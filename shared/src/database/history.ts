import { randomUUID } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import type { Migration } from './migrations.js'

/** Prisma's own table, so that stock `prisma migrate deploy` can take over and understand what was applied. */
const historyTable = `
  CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
  )`

interface HistoryRow {
  name: string
  checksum: string
  isFinished: 0 | 1
}

/**
 * The migrations that this database still needs, oldest first. Throws when its history is not a beginning of ours:
 * made by a newer version, applied from an edited file, or left half-done by another tool.
 */
export function pendingMigrations(connection: Database, known: readonly Migration[]): Migration[] {
  const rows = readHistory(connection)
  for (const row of rows) assertKnown(row, known)
  const applied = new Set(rows.map((row) => row.name))
  return known.filter((migration) => !applied.has(migration.name))
}

/** Notes a migration as applied, in Prisma's format. Belongs into the migration's own transaction. */
export function recordMigration(connection: Database, migration: Migration, startedAt: Date): void {
  if (!hasHistory(connection)) connection.exec(historyTable)
  const insert = connection.prepare(
    `INSERT INTO "_prisma_migrations"
       ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count")
     VALUES (?, ?, ?, ?, ?, 1)`,
  )
  insert.run(randomUUID(), migration.checksum, migration.name, prismaTime(startedAt), prismaTime(new Date()))
}

function readHistory(connection: Database): HistoryRow[] {
  if (!hasHistory(connection)) return []
  const select = connection.prepare<[], HistoryRow>(
    `SELECT "migration_name" AS name, "checksum", "finished_at" IS NOT NULL AS isFinished
     FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL`,
  )
  return select.all()
}

function hasHistory(connection: Database): boolean {
  const table = connection.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_prisma_migrations'`)
  return table.get() !== undefined
}

function assertKnown(row: HistoryRow, known: readonly Migration[]): void {
  const migration = known.find(({ name }) => name === row.name)
  if (!migration) {
    throw new Error(
      `The database was made by a newer version of Meeshy: it has the migration ${row.name}, which this version ` +
        'does not know. Install that version, or restore a backup made before it.',
    )
  }
  if (!row.isFinished) {
    throw new Error(`The migration ${row.name} was begun by another tool and never finished: restore a backup.`)
  }
  if (row.checksum !== migration.checksum) {
    throw new Error(`The migration ${row.name} was changed after it was applied: migrations are never edited.`)
  }
}

function prismaTime(time: Date): string {
  return time.toISOString().replace('Z', '+00:00')
}
