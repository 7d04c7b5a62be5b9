import { randomBytes, randomUUID } from 'node:crypto'
import type { TranslationDatabase } from './database.js'

export interface DatabaseIdentity {
  /** Made anew by a restore; another epoch means that nothing known before can be resumed. */
  epoch: string
  contentKey: string
}

/** Reads who this database is; a new one gets its identity here. */
export async function readIdentity(database: TranslationDatabase): Promise<DatabaseIdentity> {
  const known = await database.databaseInfo.findUnique({ where: { id: 1 } })
  if (known) return known
  return database.write((tables) =>
    tables.databaseInfo.upsert({
      where: { id: 1 },
      create: { id: 1, epoch: randomUUID(), contentKey: randomBytes(32).toString('base64url') },
      update: {},
    }),
  )
}
