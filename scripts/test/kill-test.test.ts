import { expect, it } from 'vitest'
import { runAcks } from '../kill-test/acks.js'
import { runBetween } from '../kill-test/between.js'
import { isSound } from '../lib/durability/findings.js'
import { freshSeed } from '../lib/random.js'

/** From the start of the process, which takes most of it. */
const firstAckLimitMs = 3_000
/** A busy machine may stop a process for a while, and nothing else may. */
const worstFirstAckLimitMs = 10_000

it('keeps every acknowledged message when the translation service is killed while people write', async () => {
  const seed = freshSeed()
  const { findings, kills, lives } = await runAcks({ kills: 20, seed })
  const told = `seed ${seed}: ${JSON.stringify(findings)}`
  expect(isSound(findings), told).toBe(true)
  expect(kills).toBe(20)
  // In the end everything that was asked for has been answered.
  expect(findings.stored, told).toBe(findings.acknowledged)
  expect(findings.acknowledged, told).toBeGreaterThan(200)
  const firstAcks = lives.flatMap(({ firstAckMs }) => firstAckMs ?? []).sort((a, b) => a - b)
  expect(firstAcks[firstAcks.length >> 1], told).toBeLessThan(firstAckLimitMs)
  expect(firstAcks.at(-1), told).toBeLessThan(worstFirstAckLimitMs)
})

it('translates everything when the translation service is killed after the ack', async () => {
  const { findings, pendingAtKill, translations, unseen } = await runBetween(5)
  expect(isSound(findings), JSON.stringify(findings)).toBe(true)
  expect(findings.stored).toBe(findings.acknowledged)
  expect(pendingAtKill).toBeGreaterThan(0)
  expect(translations.pending ?? 0).toBe(0)
  expect(translations.ready).toBeGreaterThan(0)
  expect(unseen).toBe(0)
})
