import { assertSchemaIsCurrent } from './current-schema.js'
import type { SqlDatabase } from './sql.js'
import { openSqlite } from './sqlite-database.js'
import { databaseFile } from './url.js'

/** Like openDatabase, for a service that prepares its statements itself and needs no Prisma. Close it with `close()`. */
export async function openSqlDatabase(url: string): Promise<SqlDatabase> {
  const file = databaseFile(url)
  await assertSchemaIsCurrent(file)
  return openSqlite(file)
}
