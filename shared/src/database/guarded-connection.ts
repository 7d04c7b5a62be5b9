import type {
  IsolationLevel,
  SqlDriverAdapter,
  SqlQuery,
  SqlResultSet,
  Transaction,
} from '@prisma/driver-adapter-utils'
import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import type { Database } from 'better-sqlite3'
import { retryWhileBusy } from './busy.js'
import { GuardedTransaction } from './guarded-transaction.js'
import { Mutex } from './mutex.js'

/**
 * One SQLite connection shared by all queries of a client. A transaction has it alone from BEGIN to COMMIT or
 * ROLLBACK; everything else waits behind it. Hence two rules for callers: keep transactions short, and inside one
 * use only its own client (a query of the outer client waits for the transaction that waits for it, until
 * Prisma's transaction timeout rolls it back).
 */
export class GuardedConnection implements SqlDriverAdapter {
  readonly provider = 'sqlite'
  readonly adapterName: string
  readonly #stock: SqlDriverAdapter
  readonly #client: Database
  readonly #budgetMs: number
  readonly #turns = new Mutex()

  constructor(stock: SqlDriverAdapter, client: Database, budgetMs: number) {
    this.adapterName = stock.adapterName
    this.#stock = stock
    this.#client = client
    this.#budgetMs = budgetMs
  }

  queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return this.#alone((patiently) => patiently(() => this.#stock.queryRaw(query)))
  }

  executeRaw(query: SqlQuery): Promise<number> {
    return this.#alone((patiently) => patiently(() => this.#stock.executeRaw(query)))
  }

  /** Not retried when it meets a lock: it may hold several statements, and the first ones may be done. */
  executeScript(script: string): Promise<void> {
    return this.#alone(() => this.#stock.executeScript(script))
  }

  async startTransaction(isolationLevel?: IsolationLevel): Promise<Transaction> {
    if (isolationLevel !== undefined && isolationLevel !== 'SERIALIZABLE') {
      throw new DriverAdapterError({ kind: 'InvalidIsolationLevel', level: isolationLevel })
    }
    const patiently = this.#patience()
    const release = await this.#turns.acquire()
    try {
      // IMMEDIATE takes the write lock now. A transaction that reads first and takes it later fails for good when
      // another process wrote in between, and no waiting helps.
      await patiently(() => this.#stock.executeScript('BEGIN IMMEDIATE'))
      return new GuardedTransaction(this.#stock, this.#client, release)
    } catch (error) {
      release()
      throw error
    }
  }

  /** Closes the connection after the work that waits for it. */
  async dispose(): Promise<void> {
    await this.#turns.run(() => this.#stock.dispose())
  }

  /**
   * How to run one statement, which is its own transaction: one that met a lock did nothing and can be run again. The
   * budget counts from the asking, or those who wait for each other would wait one budget after the other.
   */
  #patience(): Patiently {
    const deadline = performance.now() + this.#budgetMs
    return (statement) => retryWhileBusy(statement, deadline - performance.now())
  }

  #alone<T>(work: (patiently: Patiently) => Promise<T>): Promise<T> {
    const patiently = this.#patience()
    return this.#turns.run(async () => {
      try {
        return await work(patiently)
      } finally {
        this.#assertNoTransactionLeftOpen()
      }
    })
  }

  /** A BEGIN sent as a plain statement would put everybody's next writes into a transaction that nobody ends. */
  #assertNoTransactionLeftOpen(): void {
    if (!this.#client.inTransaction) return
    this.#client.exec('ROLLBACK')
    throw new Error('A statement opened a transaction and was rolled back: use $transaction')
  }
}

type Patiently = <T>(statement: () => Promise<T>) => Promise<T>
