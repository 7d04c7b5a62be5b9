import { openSqlDatabase } from '@meeshy/shared/database/open-sql'
import type { Sql } from '@meeshy/shared/database/sql'
import { GroupCommit } from './group-commit.js'

/** What is committed, for queries. */
export type Reads = Pick<Sql, 'all' | 'get'>

export interface TranslationDatabase extends Reads {
  /**
   * Runs a write in a transaction that it may share with other writes, and answers once it is on disk. What throws
   * leaves nothing of its own.
   *
   * @throws DatabaseUnavailable
   */
  write<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>
  /** Answers when the database does. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Opens the database of messages. People and rooms are in it, too, but only the gateway writes those. */
export async function openTranslationDatabase(url: string): Promise<TranslationDatabase> {
  const database = await openSqlDatabase(url)
  const commit = new GroupCommit((work) => database.transaction(work))
  return {
    all: (statement, ...values) => database.all(statement, ...values),
    get: (statement, ...values) => database.get(statement, ...values),
    write: (work) => commit.run(work),
    ping: async () => {
      await database.get('SELECT 1')
    },
    close: () => database.close(),
  }
}
