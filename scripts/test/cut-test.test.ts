import { expect, it } from 'vitest'
import { runCuts } from '../cut-test/run.js'
import { isSound } from '../lib/durability/findings.js'
import { freshSeed } from '../lib/random.js'

it('tells every reader everything once and in order, however their lines break', async () => {
  const seed = freshSeed()
  const { findings, readers, oddPositions } = await runCuts({ cuts: 40, seed })
  const told = `seed ${seed}: ${JSON.stringify({ findings, readers, oddPositions })}`
  expect(isSound(findings), told).toBe(true)
  expect(findings.stored, told).toBeGreaterThan(10)
  expect(oddPositions, told).toEqual([])
  for (const reader of readers) {
    expect(reader, told).toMatchObject({ missed: 0, wrong: [] })
    expect(reader.connections, told).toBeGreaterThan(1)
  }
})
