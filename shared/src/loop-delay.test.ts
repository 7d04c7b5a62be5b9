import { afterEach, it } from 'vitest'
import { LoopDelay } from './loop-delay.js'
import { waitFor } from './testing/wait-for.js'

const delay = new LoopDelay()
afterEach(() => delay.close())

it('notices a blocked event loop', async () => {
  // Blocked again and again: the sampling has to have begun before there is a gap to measure.
  await waitFor(
    async () => {
      const until = performance.now() + 120
      while (performance.now() < until);
      await new Promise((resolve) => setImmediate(resolve))
      return delay.read().max >= 80
    },
    { what: 'a delay of 80 ms' },
  )
})
