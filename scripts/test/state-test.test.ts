import { expect, it } from 'vitest'
import { freshSeed } from '../lib/random.js'
import { runStates } from '../state-test/run.js'

it('lets every device know from its frames what a fetch would tell it, after each of many actions', async () => {
  const seed = freshSeed()
  const { wrong, applied, done } = await runStates({ actions: 50, seed })
  const told = `seed ${seed}: ${JSON.stringify({ wrong, done, applied })}`
  expect(wrong, told).toEqual([])
  expect(applied['message.new'], told).toBeGreaterThan(0)
})
