import { runFullDisk } from './full-disk.js'
import { runHeldLock } from './held-lock.js'
import { type Fault, faults, runInjectedErrors } from './injected-errors.js'
import { isGood, summarise } from './report.js'
import { fileSizeLimit, fullDisk, whyNoShortage } from './shortages.js'
import { runSyncOrder } from './sync-order.js'
import { whyNoTrace } from './trace.js'

const messages = 50
const holdsMs = [5_000, 8_000]

export interface PartOptions {
  /** How often every fault is injected. */
  rounds: number
  seed: number
}

/** The parts by name. Each prints its table and says whether all went well; one that cannot run here says why. */
export const parts: Record<string, (options: PartOptions) => Promise<boolean>> = {
  'sync-order': async () => {
    const reason = await whyNoTrace()
    if (reason !== null) return leaveOut('sync-order', reason)
    const order = await runSyncOrder(messages)
    console.table([order])
    return order.synced === order.messages
  },

  'injected-errors': async ({ rounds, seed }) => {
    const reason = await whyNoTrace()
    if (reason !== null) return leaveOut('injected-errors', reason)
    const all = Array.from({ length: rounds }, () => faults).flat()
    const onRound = (round: number) => process.stderr.write(`\r${round} of ${all.length} rounds`)
    const outcomes = await runInjectedErrors({ faults: all, seed, onRound })
    process.stderr.write('\n')
    console.table(
      faults.map((fault) => {
        const own = outcomes.filter((outcome) => outcome.fault === fault)
        const injected = own.reduce((sum, outcome) => sum + outcome.injected, 0)
        return { fault: nameOf(fault), injected, ...summarise(own) }
      }),
    )
    return outcomes.every((outcome) => isGood(outcome) && outcome.injected > 0)
  },

  'full-disk': async ({ seed }) => {
    const outcomes = []
    for (const shortage of [fullDisk, fileSizeLimit]) {
      const reason = await whyNoShortage(shortage)
      if (reason === null) outcomes.push({ name: shortage.name, ...(await runFullDisk(shortage, seed)) })
      else leaveOut(shortage.name, reason)
    }
    console.table(outcomes.map((one) => ({ shortage: one.name, ...summarise([one]), reads: one.reads })))
    return outcomes.every(isGood)
  },

  'held-lock': async ({ seed }) => {
    const outcomes = []
    for (const holdMs of holdsMs) outcomes.push({ holdMs, ...(await runHeldLock(holdMs, seed)) })
    console.table(
      outcomes.map((one) => ({
        'held, ms': one.holdMs,
        ...summarise([one]),
        reads: one.reads,
        'longest read, ms': Math.round(one.longestReadMs),
      })),
    )
    return outcomes.every(isGood)
  },
}

function leaveOut(name: string, reason: string): true {
  console.log(`${name} is left out: ${reason}`)
  return true
}

function nameOf({ calls, error, file }: Fault): string {
  return `${calls} of the ${file}: ${error}`
}
