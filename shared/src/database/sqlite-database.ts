import { busyBudgetMs } from './busy.js'
import { openConnection } from './connection.js'
import { Mutex } from './mutex.js'
import type { Sql, SqlDatabase, SqlReader, SqlValue } from './sql.js'
import { patiently } from './sqlite-errors.js'
import { openSqliteReader } from './sqlite-reader.js'
import { SqliteStatements } from './sqlite-statements.js'
import { SqliteTransaction } from './sqlite-transaction.js'

/** A transaction has the whole database for itself, so a forgotten one is rolled back soon. */
const transactionTimeoutMs = 5_000

export interface SqliteOptions {
  /** How long a statement or transaction waits for the lock of another process before it fails. */
  budgetMs?: number
  /** How long a transaction may take before it is rolled back. */
  timeoutMs?: number
}

/** Opens a SQLite file with prepared statements: one connection that writes, and one that reads. */
export async function openSqlite(file: string, options: SqliteOptions = {}): Promise<SqlDatabase> {
  const { budgetMs = busyBudgetMs, timeoutMs = transactionTimeoutMs } = options
  const writer = await openConnection(file)
  try {
    const reader = await openSqliteReader(file, budgetMs)
    return new SqliteDatabase(new SqliteStatements(writer), reader, budgetMs, timeoutMs)
  } catch (error) {
    writer.close()
    throw error
  }
}

class SqliteDatabase implements SqlDatabase {
  readonly #writer: SqliteStatements
  readonly #reader: SqlReader
  readonly #budgetMs: number
  readonly #timeoutMs: number
  readonly #turns = new Mutex()

  constructor(writer: SqliteStatements, reader: SqlReader, budgetMs: number, timeoutMs: number) {
    this.#writer = writer
    this.#reader = reader
    this.#budgetMs = budgetMs
    this.#timeoutMs = timeoutMs
  }

  all<Row>(statement: string, ...values: SqlValue[]): Promise<Row[]> {
    return this.#reader.all<Row>(statement, ...values)
  }

  get<Row>(statement: string, ...values: SqlValue[]): Promise<Row | undefined> {
    return this.#reader.get<Row>(statement, ...values)
  }

  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    // Counted from here, or a queue of transactions would wait for the same lock one budget after the other.
    const deadline = performance.now() + this.#budgetMs
    return this.#turns.run(async () => {
      const transaction = await this.#begin(deadline)
      try {
        const result = await within(this.#timeoutMs, work(transaction))
        transaction.commit()
        return result
      } finally {
        transaction.end()
      }
    })
  }

  async close(): Promise<void> {
    await this.#turns.run(async () => {
      await this.#reader.close()
      this.#writer.close()
    })
  }

  /** IMMEDIATE takes the write lock now: taken later, after a read, it fails for good when another process wrote. */
  async #begin(deadline: number): Promise<SqliteTransaction> {
    await patiently(() => this.#writer.run('BEGIN IMMEDIATE'), deadline - performance.now())
    return new SqliteTransaction(this.#writer)
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`A transaction took longer than ${limitMs} ms`)), limitMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
