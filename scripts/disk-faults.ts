import { parseArgs } from 'node:util'
import { parts } from './disk-faults/parts.js'
import { runCommand, Stop } from './lib/command.js'
import { freshSeed } from './lib/random.js'

/**
 * What the translation service does on broken and full disks and at a lock that is held: `npm run disk-faults -- --rounds
 * 10 --seed 7` injects every fault ten times, `--only held-lock` runs one part.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, rounds: { type: 'string', default: '2' }, seed: { type: 'string' } },
  })
  const options = { rounds: Number(values.rounds), seed: Number(values.seed ?? freshSeed()) }
  const names = values.only === undefined ? Object.keys(parts) : [values.only]
  console.log(`seed ${options.seed}`)
  let isGood = true
  for (const name of names) {
    const part = parts[name]
    if (!part) throw new Stop(`There is no part ${name}: choose one of ${Object.keys(parts).join(', ')}.`)
    console.log(`\n${name}`)
    if (!(await part(options))) isGood = false
  }
  return isGood ? 0 : 1
})
