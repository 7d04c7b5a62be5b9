import type { Sql, SqlValue } from './sql.js'
import { translating } from './sqlite-errors.js'
import type { SqliteStatements } from './sqlite-statements.js'

/**
 * An open transaction. It ends once: by its end, or because SQLite rolled it back (a full disk may). Afterwards its
 * statements are refused: they would be written without it, or into somebody else's.
 */
export class SqliteTransaction implements Sql {
  readonly #statements: SqliteStatements
  #isOpen = true

  constructor(statements: SqliteStatements) {
    this.#statements = statements
  }

  async all<Row>(statement: string, ...values: SqlValue[]): Promise<Row[]> {
    return this.#inside((statements) => statements.all<Row>(statement, values))
  }

  async get<Row>(statement: string, ...values: SqlValue[]): Promise<Row | undefined> {
    return this.#inside((statements) => statements.get<Row>(statement, values))
  }

  async run(statement: string, ...values: SqlValue[]): Promise<number> {
    return this.#inside((statements) => statements.run(statement, values))
  }

  commit(): void {
    this.#inside((statements) => statements.run('COMMIT'))
  }

  /** Rolls back what is not committed. */
  end(): void {
    this.#isOpen = false
    if (this.#statements.inTransaction) translating(() => this.#statements.run('ROLLBACK'))
  }

  #inside<T>(work: (statements: SqliteStatements) => T): T {
    if (!this.#isOpen || !this.#statements.inTransaction) throw new Error('The transaction has ended')
    return translating(() => work(this.#statements))
  }
}
