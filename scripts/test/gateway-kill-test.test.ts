import { expect, it } from 'vitest'
import { runGatewayKills } from '../gateway-kill-test/run.js'
import { isSound } from '../lib/durability/findings.js'
import { freshSeed } from '../lib/random.js'

/** The promise is 2 s for a machine that has nothing else to do. */
const worstReadyMs = 10_000
const stopLimitMs = 10_000

it('loses nothing and leaves nobody behind when the gateway is killed, or stopped, while people write', async () => {
  const seed = freshSeed()
  const { findings, readyMs, stops, followers } = await runGatewayKills({ kills: 3, stopEvery: 3, seed })
  const told = `seed ${seed}: ${JSON.stringify({ findings, stops, followers })}`
  expect(isSound(findings), told).toBe(true)
  expect(findings.stored, told).toBe(findings.acknowledged)
  expect(findings.acknowledged, told).toBeGreaterThan(20)
  expect(Math.max(...readyMs), told).toBeLessThan(worstReadyMs)
  for (const follower of followers) expect(follower, told).toMatchObject({ missed: 0, wrong: [] })
  expect(stops, told).toHaveLength(1)
  for (const { exitCode, milliseconds, sockets, closedForRestart, differentHints } of stops) {
    expect(exitCode, told).toBe(0)
    expect(milliseconds, told).toBeLessThan(stopLimitMs)
    expect(closedForRestart, told).toBe(sockets)
    expect(differentHints, told).toBeGreaterThan(sockets / 2)
  }
})
