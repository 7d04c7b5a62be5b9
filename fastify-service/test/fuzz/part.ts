import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOpenApiFile } from '../openapi-file.js'
import { Fuzz, partOf } from './fuzz.js'

const usualRuns = 300
/** Of the operations; chance keeps some of them shut. */
const leastThrough = 0.75
const runs = Number(process.env.FUZZ_RUNS ?? usualRuns)
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Fuzzes the operations of one part; `FUZZ_SEED` repeats a run, `FUZZ_RUNS` says how many requests each gets. */
export function fuzzPart(part: number, parts: number): void {
  describe(`${runs} random requests, seed ${seed}`, () => {
    let fuzz: Fuzz
    beforeAll(async () => {
      fuzz = await Fuzz.start()
    })
    afterAll(() => fuzz.close())

    const endpoints = partOf(readOpenApiFile(), part, parts)
    const through = new Set<string>()
    const cases = endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const)
    it.each(cases)('%s', { timeout: 120_000 }, async (name, endpoint) => {
      const statuses = await fuzz.run(endpoint, { runs, seed })
      if (Object.keys(statuses).some((status) => status.startsWith('2'))) through.add(name)
    })

    it.runIf(runs >= usualRuns)('a fuzz that never gets through the door would test the door only', () => {
      const share = through.size / endpoints.length
      expect(share, `through: ${[...through].join(', ')}`).toBeGreaterThan(leastThrough)
    })
  })
}
