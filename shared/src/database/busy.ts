import { setTimeout as sleep } from 'node:timers/promises'
import { isDriverAdapterError } from '@prisma/driver-adapter-utils'

/**
 * How long SQLite itself waits for a lock: as good as not, because it blocks the event loop meanwhile. Measured with
 * two processes of four writers on a busy machine, against 20 ms here and pauses of up to 48 ms: the longest stall
 * fell from 123-172 ms to 42-80 ms, the longest wait from 0.7-1.0 s to 0.3-0.6 s, for about the same CPU.
 */
export const nativeBusyTimeoutMs = 1

/** How long a statement waits in all for another process to give the lock back. */
export const busyBudgetMs = 5_000

/** Before jitter of half as much again, or half as little. */
const longestDelayMs = 4

/**
 * Runs `attempt` until it does not meet a lock held by another process, or the budget is spent; then the last error
 * is thrown (Prisma shows it as P1008, "Operation has timed out"). The waiting is jittered, so that two processes
 * that met once do not meet again, and leaves the event loop free.
 */
export async function retryWhileBusy<T>(attempt: () => T | Promise<T>, budgetMs = busyBudgetMs): Promise<T> {
  const deadline = performance.now() + budgetMs
  for (let delayMs = 1; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    try {
      return await attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error
    }
    await sleep(delayMs * (0.5 + Math.random()))
  }
}

/** True for SQLITE_BUSY and its variants, as better-sqlite3 throws them and as Prisma's adapter renames them. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isDriverAdapterError(error)) return error.cause.kind === 'SocketTimeout'
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_BUSY')
}
