import { openConnection } from '@meeshy/shared/database/connection'
import { databaseFile } from '@meeshy/shared/database/url'

/** Begins to read the database as it is now, as somebody who takes long. @returns how to end that */
export async function holdRead(url: string): Promise<() => void> {
  const connection = await openConnection(databaseFile(url))
  connection.exec('BEGIN')
  connection.prepare('SELECT count(*) FROM "Message"').get()
  return () => void connection.close()
}
