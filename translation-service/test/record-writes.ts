import type { Sql, SqlValue } from '@meeshy/shared/database/sql'
import { vi } from 'vitest'
import type { TranslationDatabase } from '../src/store/database.js'

/** From now on, which tables each write of the service changes: those of one list are changed together or not at all. */
export function recordWrites(database: TranslationDatabase): Array<Set<string>> {
  const write = database.write
  const writes: Array<Set<string>> = []
  vi.spyOn(database, 'write').mockImplementation((work) =>
    write((sql) => {
      const tables = new Set<string>()
      writes.push(tables)
      return work(noting(sql, tables))
    }),
  )
  return writes
}

function noting(sql: Sql, tables: Set<string>): Sql {
  const note = (statement: string) => {
    const [, table] = /^(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"/.exec(statement) ?? []
    if (table !== undefined) tables.add(table)
  }
  return {
    all<Row>(statement: string, ...values: SqlValue[]) {
      note(statement)
      return sql.all<Row>(statement, ...values)
    },
    get<Row>(statement: string, ...values: SqlValue[]) {
      note(statement)
      return sql.get<Row>(statement, ...values)
    },
    run(statement, ...values) {
      note(statement)
      return sql.run(statement, ...values)
    },
  }
}
