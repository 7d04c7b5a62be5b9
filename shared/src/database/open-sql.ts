import { assertSchemaIsCurrent } from './current-schema.js'
import type { SqlDatabase, SqlReader } from './sql.js'
import { openSqlite } from './sqlite-database.js'
import { openSqliteReader } from './sqlite-reader.js'
import { databaseFile } from './url.js'

/** Like openDatabase, for a service that prepares its statements itself and needs no Prisma. Close it with `close()`. */
export async function openSqlDatabase(url: string): Promise<SqlDatabase> {
  const file = databaseFile(url)
  await assertSchemaIsCurrent(file)
  return openSqlite(file)
}

/** The same for a service that writes by Prisma, and reads more often than Prisma is quick. */
export async function openSqlReader(url: string): Promise<SqlReader> {
  const file = databaseFile(url)
  await assertSchemaIsCurrent(file)
  return openSqliteReader(file)
}
