import { retryWhileBusy } from './busy.js'
import { DatabaseUnavailable } from './sql.js'

/**
 * What SQLite says of a disk or a lock, and not of a statement. READONLY alone is a statement's: it would write where
 * only reads are allowed.
 */
const unavailable = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY_|PROTOCOL|NOMEM)/

/** The error that callers of an SqlDatabase get for one of SQLite's. */
function translated(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && unavailable.test(String(error.code)))) return error
  return new DatabaseUnavailable('The database cannot be used right now', { cause: error })
}

/** Runs `work`, whose errors are SQLite's. */
export function translating<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw translated(error)
  }
}

/** The same, while another process may hold the lock for up to `budgetMs`. */
export async function patiently<T>(attempt: () => T, budgetMs: number): Promise<T> {
  try {
    return await retryWhileBusy(attempt, budgetMs)
  } catch (error) {
    throw translated(error)
  }
}
