import type { SqlDriverAdapter, SqlQuery, SqlResultSet, Transaction } from '@prisma/driver-adapter-utils'
import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import type { Database } from 'better-sqlite3'

/**
 * An open transaction, which has the connection for itself until it ends. It ends exactly once, by whatever comes
 * first: commit, rollback, Prisma's timeout (which calls rollback), or SQLite itself (a full disk rolls back).
 * Afterwards its statements are refused: the connection belongs to somebody else.
 */
export class GuardedTransaction implements Transaction {
  readonly provider = 'sqlite'
  readonly adapterName: string
  /** True tells Prisma that commit() and rollback() do the work; else it sends COMMIT as a statement before them. */
  readonly options = { usePhantomQuery: true }
  readonly #stock: SqlDriverAdapter
  readonly #client: Database
  readonly #release: () => void
  #isOpen = true

  constructor(stock: SqlDriverAdapter, client: Database, release: () => void) {
    this.adapterName = stock.adapterName
    this.#stock = stock
    this.#client = client
    this.#release = release
  }

  queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return this.#inside(() => this.#stock.queryRaw(query))
  }

  executeRaw(query: SqlQuery): Promise<number> {
    return this.#inside(() => this.#stock.executeRaw(query))
  }

  /** A COMMIT that fails (a deferred constraint, a full disk) leaves the transaction open: it is rolled back here. */
  async commit(): Promise<void> {
    this.#assertOpen()
    this.#isOpen = false
    try {
      await this.#stock.executeScript('COMMIT')
    } finally {
      this.#handBack()
    }
  }

  async rollback(): Promise<void> {
    this.#end()
  }

  createSavepoint(name: string): Promise<void> {
    return this.#inside(() => this.#stock.executeScript(`SAVEPOINT ${name}`))
  }

  rollbackToSavepoint(name: string): Promise<void> {
    return this.#inside(() => this.#stock.executeScript(`ROLLBACK TO ${name}`))
  }

  releaseSavepoint(name: string): Promise<void> {
    return this.#inside(() => this.#stock.executeScript(`RELEASE SAVEPOINT ${name}`))
  }

  async #inside<T>(statement: () => Promise<T>): Promise<T> {
    this.#assertOpen()
    try {
      return await statement()
    } finally {
      if (!this.#client.inTransaction) this.#end()
    }
  }

  #end(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#handBack()
  }

  #handBack(): void {
    try {
      if (this.#client.inTransaction) this.#client.exec('ROLLBACK')
    } finally {
      this.#release()
    }
  }

  #assertOpen(): void {
    if (this.#isOpen) return
    throw new DriverAdapterError({ kind: 'TransactionAlreadyClosed', cause: 'The transaction has ended' })
  }
}
