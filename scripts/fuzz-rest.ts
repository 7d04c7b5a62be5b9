import { parseArgs } from 'node:util'
import { Fuzz, type Statuses } from '../fastify-service/test/fuzz/fuzz.js'
import { endpointsOf } from '../fastify-service/test/openapi-file.js'
import { runCommand } from './lib/command.js'
import { freshSeed } from './lib/random.js'

/**
 * Random requests against every route, the long version of the gateway's fuzz tests: `npm run fuzz:rest -- --runs
 * 10000 --seed 7`; `--only members` takes the operations whose line holds the word. Goes on after a finding.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string' }, only: { type: 'string' } },
  })
  const runs = Number(values.runs)
  const seed = Number(values.seed ?? freshSeed())
  console.log(`seed ${seed}`)
  const findings: string[] = []
  const table: Record<string, Statuses & { 'requests/s': number }> = {}
  const fuzz = await Fuzz.start()
  for (const endpoint of endpointsOf(fuzz.document)) {
    const name = `${endpoint.method} ${endpoint.path}`
    if (values.only && !name.includes(values.only)) continue
    const began = performance.now()
    try {
      const statuses = await fuzz.run(endpoint, { runs, seed })
      table[name] = { ...statuses, 'requests/s': Math.round((runs * 1_000) / (performance.now() - began)) }
      process.stderr.write(`${name}: as described\n`)
    } catch (error) {
      findings.push(`${name}\n${error instanceof Error ? error.message : error}`)
      process.stderr.write(`${name}: answered wrong\n`)
    }
  }
  await fuzz.close()
  console.table(table)
  for (const finding of findings) console.log(`\n${finding}`)
  console.log(`\n${findings.length} operations answered wrong; repeat with --seed ${seed}`)
  return findings.length === 0 ? 0 : 1
})
