/**
 * What a statement takes for its "?". SQLite gets every number as a floating-point one: columns of whole numbers make it
 * whole again, a text column makes "5.0" of 5.
 */
export type SqlValue = string | number | boolean | null

/**
 * Runs statements in the SQL that SQLite and PostgreSQL share: names in double quotes, "?" for values. A statement is
 * prepared once and kept by its text, so values never become part of a text; lists of values are spelled out by
 * `placeholders`.
 */
export interface Sql {
  /** All rows of a query. */
  all<Row>(statement: string, ...values: SqlValue[]): Promise<Row[]>
  /** The first row of a query. */
  get<Row>(statement: string, ...values: SqlValue[]): Promise<Row | undefined>
  /** The number of rows that a write has changed. */
  run(statement: string, ...values: SqlValue[]): Promise<number>
}

/** What is committed when it is asked, for queries alone. */
export type SqlReads = Pick<Sql, 'all' | 'get'>

/** A connection that only reads. */
export interface SqlReader extends SqlReads {
  close(): Promise<void>
}

/** A database for one service's hot paths: reads see what is committed, writes happen in transactions. */
export interface SqlDatabase extends SqlReader {
  /**
   * Runs `work` in a transaction; when this is fulfilled, it is on disk. Transactions of this database take turns, so
   * one inside another waits for itself. What throws inside, or takes longer than 5 s, is rolled back as a whole, and
   * later statements of its `sql` are refused.
   *
   * @throws DatabaseUnavailable when another process held the lock for too long, or the disk is full or broken
   */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>
}

/** The database cannot be used right now, through no fault of the statement; a later try may succeed. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/** `?, ?, ?` for a list of values. */
export function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ')
}
