import { setTimeout as delay } from 'node:timers/promises'

/** Calls `work` so many times, at most `limit` calls at once. */
export async function inFlight(calls: number, limit: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < calls) {
      const index = next
      next += 1
      await work(index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, calls) }, worker))
}

/** Calls `work` with each value, at most `limit` calls at once. */
export function eachInFlight<Value>(
  values: readonly Value[],
  limit: number,
  work: (value: Value) => Promise<unknown>,
): Promise<void> {
  return inFlight(values.length, limit, (index) => work(values[index] as Value))
}

/**
 * Calls `work` at a fixed rate, whether or not the last call has been answered, and waits for all answers.
 *
 * @param work is told when it is due, by performance.now()
 * @returns for each call the milliseconds from the moment it was due until its answer
 */
export async function atRate(
  calls: number,
  perSecond: number,
  work: (index: number, due: number) => Promise<unknown>,
): Promise<number[]> {
  const startedAt = performance.now()
  const answers: Promise<number>[] = []
  for (let index = 0; index < calls; index += 1) {
    const due = startedAt + (index * 1000) / perSecond
    // Never early: a timer's millisecond too much counts as waiting.
    while (performance.now() < due) await delay(due - performance.now())
    const answer = work(index, due).then(() => performance.now() - due)
    // Looked at below; until then it is nobody's.
    answer.catch(() => undefined)
    answers.push(answer)
  }
  return Promise.all(answers)
}
