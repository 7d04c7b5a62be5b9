import Database from 'better-sqlite3'
import { nativeBusyTimeoutMs, retryWhileBusy } from './busy.js'

/**
 * What every connection is set to, and what reading it back must show.
 * - FULL, because in WAL mode NORMAL does not sync at a commit: an acknowledged message could be lost with the power.
 * - secure_delete, because a deleted message must leave the file; temp_store, because what a savepoint may have to bring
 *   back would go to another file, with such words and many writes.
 * - wal_autocheckpoint, because a checkpoint in a commit lets its caller wait: one beside the services comes earlier,
 *   and this is the bound for when it does not.
 * - trusted_schema and mmap_size close two doors to a damaged or hostile file.
 */
const pragmas = [
  { name: 'journal_mode', value: 'WAL', readsAs: 'wal' },
  { name: 'synchronous', value: 'FULL', readsAs: '2' },
  { name: 'foreign_keys', value: 'ON', readsAs: '1' },
  { name: 'secure_delete', value: 'ON', readsAs: '1' },
  { name: 'temp_store', value: 'MEMORY', readsAs: '2' },
  { name: 'wal_autocheckpoint', value: '10000', readsAs: '10000' },
  { name: 'trusted_schema', value: 'OFF', readsAs: '0' },
  { name: 'mmap_size', value: '0', readsAs: '0' },
] as const

/** Older versions can corrupt a WAL file that two connections write (3.7.0 to 3.51.2), and here two services do. */
const oldestSqlite = '3.51.3'

/** Opens a SQLite file outside Prisma, for migrations and checks, with the same settings as Prisma's connections. */
export async function openConnection(file: string): Promise<Database.Database> {
  const connection = new Database(file, { fileMustExist: true, timeout: nativeBusyTimeoutMs })
  await secureConnection(connection)
  return connection
}

/** Sets the pragmas and reads them back. A connection that does not hold them is closed, and the error says which. */
export async function secureConnection(connection: Database.Database): Promise<void> {
  try {
    // The first switch to WAL and the recovery after a crash need the file alone for a moment.
    await retryWhileBusy(() => setPragmas(connection))
    await retryWhileBusy(() => assertPragmas(connection))
    assertSqliteVersion(String(connection.prepare('SELECT sqlite_version()').pluck().get()))
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Throws when this SQLite has the WAL-reset bug. */
export function assertSqliteVersion(version: string): void {
  const isOlder = version.localeCompare(oldestSqlite, 'en', { numeric: true }) < 0
  if (isOlder) throw new Error(`SQLite ${version} can corrupt the database: ${oldestSqlite} or newer is needed`)
}

function setPragmas(connection: Database.Database): void {
  for (const { name, value } of pragmas) connection.pragma(`${name} = ${value}`)
}

function assertPragmas(connection: Database.Database): void {
  for (const { name, value, readsAs } of pragmas) {
    const found = String(connection.pragma(name, { simple: true }))
    if (found !== readsAs) throw new Error(`SQLite does not hold ${name} = ${value}: it reads back as ${found}`)
  }
}
