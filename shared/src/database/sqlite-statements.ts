import type { Database, Statement } from 'better-sqlite3'
import type { SqlValue } from './sql.js'

/** Statements kept for one connection. Lists of values make texts of many lengths; the oldest text goes first. */
const statementLimit = 500

/** The statements of one connection, each prepared when it is first used. */
export class SqliteStatements {
  readonly #connection: Database
  readonly #statements = new Map<string, Statement>()

  constructor(connection: Database) {
    this.#connection = connection
  }

  get inTransaction(): boolean {
    return this.#connection.inTransaction
  }

  all<Row>(text: string, values: readonly SqlValue[]): Row[] {
    return this.#prepare(text).all(...values.map(toColumn)) as Row[]
  }

  get<Row>(text: string, values: readonly SqlValue[]): Row | undefined {
    return this.#prepare(text).get(...values.map(toColumn)) as Row | undefined
  }

  run(text: string, values: readonly SqlValue[] = []): number {
    return this.#prepare(text).run(...values.map(toColumn)).changes
  }

  close(): void {
    this.#connection.close()
  }

  #prepare(text: string): Statement {
    return this.#statements.get(text) ?? this.#keep(text, this.#connection.prepare(text))
  }

  #keep(text: string, statement: Statement): Statement {
    const oldest = this.#statements.keys().next()
    if (this.#statements.size >= statementLimit && !oldest.done) this.#statements.delete(oldest.value)
    this.#statements.set(text, statement)
    return statement
  }
}

/** SQLite has no booleans. */
function toColumn(value: SqlValue): string | number | null {
  return typeof value === 'boolean' ? Number(value) : value
}
