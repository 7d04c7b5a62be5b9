import { expect, it } from 'vitest'
import { isSound } from '../lib/durability/findings.js'
import { freshSeed } from '../lib/random.js'
import { runSenders } from '../senders-test/run.js'

it('gives every message its number and every reader all of them when many write at once', async () => {
  const seed = freshSeed()
  const { findings, otherMessages, readers } = await runSenders({ senders: 12, messagesEach: 40, seed })
  const told = `seed ${seed}: ${JSON.stringify({ findings, otherMessages, readers })}`
  expect(isSound(findings), told).toBe(true)
  expect(findings.stored, told).toBe(12 * 40)
  expect(otherMessages, told).toBe(0)
  for (const reader of readers) expect(reader, told).toMatchObject({ applied: 12 * 40, missed: 0, wrong: [] })
  expect(readers[0]?.connections, told).toBeGreaterThan(1)
})
