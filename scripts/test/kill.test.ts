import { expect, it } from 'vitest'
import { runKillTest } from '../kill-test/run.js'

it('loses nothing and translates everything when the translation service is killed after the ack', async () => {
  const { acknowledged, stored, pendingAtKill, ...findings } = await runKillTest(2)
  expect(pendingAtKill).toBeGreaterThan(0)
  expect(findings).toMatchObject({ lost: 0, twice: 0, gaps: 0, pending: 0, damages: 0 })
  expect(stored).toBe(acknowledged)
  expect(findings.translations.ready).toBeGreaterThan(0)
})
