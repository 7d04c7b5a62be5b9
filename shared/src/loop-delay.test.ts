import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LoopDelay } from './loop-delay.js'
import { waitFor } from './testing/wait-for.js'

let delay: LoopDelay

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  delay = new LoopDelay()
})

afterEach(() => {
  delay.close()
  vi.useRealTimers()
})

/** Blocks again and again: the sampling has to have begun before there is a gap to measure. */
async function blockUntil(isNoticed: () => boolean): Promise<void> {
  await waitFor(
    async () => {
      const until = performance.now() + 120
      while (performance.now() < until);
      await nextTurn()
      return isNoticed()
    },
    { what: 'the delay to be noticed' },
  )
}

it('notices a blocked event loop, and forgets it after two windows', async () => {
  await blockUntil(() => delay.read().max >= 80)
  vi.advanceTimersByTime(10_000)
  expect(delay.read().max).toBeGreaterThanOrEqual(80)
  vi.advanceTimersByTime(10_000)
  expect(delay.read().max).toBeLessThan(80)
})

it('tells the mean delay once, also over the end of a window', async () => {
  await blockUntil(() => delay.read().max >= 80)
  vi.advanceTimersByTime(10_000)
  const earlier = delay.takeMean()
  expect(earlier).toBeGreaterThan(20)
  expect(earlier).toBeLessThanOrEqual(delay.read().max)
  // Nothing was measured since then.
  expect(delay.takeMean()).toBe(Number.POSITIVE_INFINITY)
  let later = Number.POSITIVE_INFINITY
  await blockUntil(() => {
    later = delay.takeMean()
    return Number.isFinite(later)
  })
  expect(later).toBeGreaterThan(20)
  expect(delay.takeMean()).toBe(Number.POSITIVE_INFINITY)
})
