import type { Database, Statement } from 'better-sqlite3'
import type { SqlValue } from './sql.js'

/** Statements kept for one connection. Lists of values make texts of many lengths; the oldest text goes first. */
const statementLimit = 500

/** A prepared statement, and the names of what it returns. */
interface Prepared {
  statement: Statement
  names: readonly string[]
}

/** The statements of one connection, each prepared when it is first used. */
export class SqliteStatements {
  readonly #connection: Database
  readonly #statements = new Map<string, Prepared>()

  constructor(connection: Database) {
    this.#connection = connection
  }

  get inTransaction(): boolean {
    return this.#connection.inTransaction
  }

  all<Row>(text: string, values: readonly SqlValue[]): Row[] {
    const { statement, names } = this.#prepare(text)
    const rows = statement.all(...values.map(toColumn)) as unknown[][]
    return rows.map((row) => named<Row>(names, row))
  }

  get<Row>(text: string, values: readonly SqlValue[]): Row | undefined {
    const { statement, names } = this.#prepare(text)
    const row = statement.get(...values.map(toColumn)) as unknown[] | undefined
    return row && named<Row>(names, row)
  }

  run(text: string, values: readonly SqlValue[] = []): number {
    return this.#prepare(text).statement.run(...values.map(toColumn)).changes
  }

  close(): void {
    this.#connection.close()
  }

  #prepare(text: string): Prepared {
    return this.#statements.get(text) ?? this.#keep(text, prepared(this.#connection.prepare(text)))
  }

  #keep(text: string, statement: Prepared): Prepared {
    const oldest = this.#statements.keys().next()
    if (this.#statements.size >= statementLimit && !oldest.done) this.#statements.delete(oldest.value)
    this.#statements.set(text, statement)
    return statement
  }
}

function prepared(statement: Statement): Prepared {
  const names = statement.reader ? statement.raw().columns() : []
  return { statement, names: names.map(({ name }) => name) }
}

/** Objects that better-sqlite3 makes take longer: measured for a page of 51 rows of 16 columns, by a fifth. */
function named<Row>(names: readonly string[], values: readonly unknown[]): Row {
  const row: Record<string, unknown> = {}
  for (let index = 0; index < names.length; index++) row[names[index] as string] = values[index]
  return row as Row
}

/** SQLite has no booleans. */
function toColumn(value: SqlValue): string | number | null {
  return typeof value === 'boolean' ? Number(value) : value
}
