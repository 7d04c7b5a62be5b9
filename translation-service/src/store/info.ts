import { randomBytes, randomUUID } from 'node:crypto'
import type { TranslationDatabase } from './database.js'

export interface DatabaseIdentity {
  /** Made anew by a restore; another epoch means that nothing known before can be resumed. */
  epoch: string
  contentKey: string
}

const select = 'SELECT "epoch", "contentKey" FROM "DatabaseInfo" WHERE "id" = 1'

/** Reads who this database is; a new one gets its identity here. */
export async function readIdentity(database: TranslationDatabase): Promise<DatabaseIdentity> {
  const known = await database.get<DatabaseIdentity>(select)
  if (known) return known
  return database.write(async (sql) => {
    const identity = { epoch: randomUUID(), contentKey: randomBytes(32).toString('base64url') }
    await sql.run(
      'INSERT INTO "DatabaseInfo" ("id", "epoch", "contentKey") VALUES (1, ?, ?) ON CONFLICT DO NOTHING',
      identity.epoch,
      identity.contentKey,
    )
    return (await sql.get<DatabaseIdentity>(select)) ?? identity
  })
}
