import type { Database } from 'better-sqlite3'
import { openConnection } from '../database/connection.js'

/** Those of the statements, with their plans, that read a whole table. A look at the newest row by its number does not. */
export function findScans(file: string, statements: Iterable<string>): Promise<string[]> {
  return explain(file, (connection) =>
    [...statements].flatMap((statement) => {
      const steps = explainOne<{ detail: string }>(connection, 'EXPLAIN QUERY PLAN', statement).map((row) => row.detail)
      const scans = steps.some((step) => readsAll.test(step)) && !newestRow.test(statement)
      return scans ? [`${statement}\n  ${steps.join('\n  ')}`] : []
    }),
  )
}

/** The names of the tables that the statements write, by cascades and triggers, too; in alphabetical order. */
export function findWrites(file: string, statements: Iterable<string>): Promise<string[]> {
  return explain(file, (connection) => {
    const pages = connection.prepare<[], Page>('SELECT "rootpage", "tbl_name" AS "table" FROM sqlite_schema').all()
    const tables = new Map(pages.map(({ rootpage, table }) => [rootpage, table]))
    const written = [...statements].flatMap((statement) =>
      explainOne<Instruction>(connection, 'EXPLAIN', statement).flatMap((instruction) => {
        const page = writtenPage(instruction)
        return page === undefined ? [] : [tables.get(page) ?? 'sqlite_schema']
      }),
    )
    // SQLite's own counter of AUTOINCREMENT.
    return [...new Set(written)].filter((table) => table !== 'sqlite_sequence').sort()
  })
}

/**
 * The step of a plan that reads a table to its end, or builds an index for the moment; not one over given values, nor
 * over the rows that Prisma counts, which another step has found.
 */
const readsAll = /^SCAN (?!CONSTANT|\d|sub$)|USING AUTOMATIC/

/** `ORDER BY id DESC LIMIT`: a walk that ends at its first step. */
const newestRow = /ORDER BY \S*[`"]id[`"] DESC LIMIT/

interface Page {
  rootpage: number
  table: string
}

/** One step of the program that SQLite runs for a statement. */
interface Instruction {
  opcode: string
  p1: number
  p2: number
}

function writtenPage({ opcode, p1, p2 }: Instruction): number | undefined {
  if (opcode === 'OpenWrite') return p2
  return opcode === 'Clear' ? p1 : undefined
}

function explainOne<Row>(connection: Database, how: string, statement: string): Row[] {
  const values = statement.match(/\?/g)?.map(() => 1) ?? []
  return connection.prepare(`${how} ${statement}`).all(...values) as Row[]
}

async function explain<T>(file: string, work: (connection: Database) => T): Promise<T> {
  const connection = await openConnection(file)
  try {
    return work(connection)
  } finally {
    connection.close()
  }
}
