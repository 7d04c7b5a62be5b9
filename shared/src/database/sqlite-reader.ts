import { busyBudgetMs } from './busy.js'
import { openConnection } from './connection.js'
import type { SqlReader, SqlValue } from './sql.js'
import { patiently } from './sqlite-errors.js'
import { SqliteStatements } from './sqlite-statements.js'

/**
 * Opens a connection to a SQLite file that only reads, by prepared statements. It never sees half a transaction of
 * others, and no read outlives its call, so none keeps a checkpoint from emptying the write-ahead log.
 */
export async function openSqliteReader(file: string, budgetMs = busyBudgetMs): Promise<SqlReader> {
  const connection = await openConnection(file)
  connection.pragma('query_only = ON')
  return new SqliteReader(new SqliteStatements(connection), budgetMs)
}

class SqliteReader implements SqlReader {
  readonly #statements: SqliteStatements
  readonly #budgetMs: number

  constructor(statements: SqliteStatements, budgetMs: number) {
    this.#statements = statements
    this.#budgetMs = budgetMs
  }

  all<Row>(statement: string, ...values: SqlValue[]): Promise<Row[]> {
    return patiently(() => this.#statements.all<Row>(statement, values), this.#budgetMs)
  }

  get<Row>(statement: string, ...values: SqlValue[]): Promise<Row | undefined> {
    return patiently(() => this.#statements.get<Row>(statement, values), this.#budgetMs)
  }

  async close(): Promise<void> {
    this.#statements.close()
  }
}
