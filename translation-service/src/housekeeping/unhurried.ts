import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Does a piece of work and then rests for as long as it took, so that a long row of pieces leaves others half of the
 * database, and more of it the busier it is. The rest ends when the signal aborts.
 */
export async function unhurried<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now()
  const result = await work()
  await sleep(performance.now() - startedAt, undefined, { signal }).catch(() => undefined)
  return result
}
