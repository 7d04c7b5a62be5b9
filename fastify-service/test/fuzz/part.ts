import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOpenApiFile } from '../openapi-file.js'
import { Fuzz, partOf } from './fuzz.js'

const usualRuns = 300
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
    const cases = endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const)
    it.each(cases)('%s', { timeout: 120_000 }, async (_, endpoint) => {
      const statuses = await fuzz.run(endpoint, { runs, seed })
      if (runs < usualRuns) return
      // A fuzz that never gets through the door tests the door only.
      const through = Object.keys(statuses).filter((status) => status.startsWith('2'))
      expect(through, `only ${JSON.stringify(statuses)}`).not.toEqual([])
    })
  })
}
