import { isSurvived, type Outcome } from './trouble.js'

/** A refusal comes within this time: what the lock of another process is waited for, and a little. */
const refusalLimitMs = 6_000

/** Whether nothing was lost, and every failure was clear and came in time. */
export function isGood(outcome: Outcome): boolean {
  return isSurvived(outcome) && outcome.longestMs < refusalLimitMs
}

/** Outcomes of the same kind as one line of a table; prints those that are not good. */
export function summarise(outcomes: readonly Outcome[]) {
  const bad = outcomes.filter((outcome) => !isGood(outcome))
  for (const outcome of bad) console.error(outcome)
  const sum = (pick: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + pick(outcome), 0)
  return {
    rounds: outcomes.length,
    acknowledged: sum(({ acknowledged }) => acknowledged),
    failed: sum(({ failed }) => failed),
    unclear: sum(({ unclear }) => unclear.length),
    'longest, ms': Math.round(Math.max(...outcomes.map(({ longestMs }) => longestMs))),
    bad: bad.length,
  }
}
