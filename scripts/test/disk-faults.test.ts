import { describe, expect, it } from 'vitest'
import { runFullDisk } from '../disk-faults/full-disk.js'
import { runHeldLock } from '../disk-faults/held-lock.js'
import { faults, runInjectedErrors } from '../disk-faults/injected-errors.js'
import { isGood } from '../disk-faults/report.js'
import { fileSizeLimit, fullDisk, whyNoShortage } from '../disk-faults/shortages.js'
import { runSyncOrder } from '../disk-faults/sync-order.js'
import { whyNoTrace } from '../disk-faults/trace.js'
import { freshSeed } from '../lib/random.js'

const seed = freshSeed()

const noTrace = await whyNoTrace()
if (noTrace !== null) console.warn(`The tests that trace system calls are left out: ${noTrace}`)

describe.skipIf(noTrace !== null)('the translation service under strace', () => {
  it('syncs its log between the insert and the ack', async () => {
    expect(await runSyncOrder(3)).toEqual({ messages: 3, written: 3, synced: 3 })
  })

  it('acknowledges nothing that a broken disk did not take, and goes on afterwards', async () => {
    const outcomes = await runInjectedErrors({ faults: faults.filter(({ error }) => error === 'EIO'), seed })
    for (const outcome of outcomes) {
      const told = `seed ${seed}: ${JSON.stringify(outcome)}`
      expect(isGood(outcome), told).toBe(true)
      expect(outcome.injected, told).toBeGreaterThan(0)
    }
    expect(outcomes.some(({ failed }) => failed > 0)).toBe(true)
  })
})

describe.each([fullDisk, fileSizeLimit])('the translation service with a $name', async (shortage) => {
  const reason = await whyNoShortage(shortage)
  if (reason !== null) console.warn(`The tests with a ${shortage.name} are left out: ${reason}`)

  it.skipIf(reason !== null)('refuses to write and goes on reading, and writes again when there is room', async () => {
    const outcome = await runFullDisk(shortage, seed)
    const told = `seed ${seed}: ${JSON.stringify(outcome)}`
    expect(isGood(outcome), told).toBe(true)
    expect(outcome.failed, told).toBeGreaterThan(0)
    expect(outcome.reads, told).toBeGreaterThan(0)
  })
})

describe('the translation service beside a process that holds the write lock', () => {
  it('refuses after five seconds and goes on reading, and writes again when the lock is free', async () => {
    const outcome = await runHeldLock(7_000, seed)
    const told = `seed ${seed}: ${JSON.stringify(outcome)}`
    expect(isGood(outcome), told).toBe(true)
    expect(outcome.failed, told).toBeGreaterThan(0)
    expect(outcome.acknowledged, told).toBeGreaterThan(0)
    expect(outcome.longestReadMs, told).toBeLessThan(1_000)
  })
})
