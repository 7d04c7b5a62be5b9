import { parseArgs } from 'node:util'
import { runCuts } from './cut-test/run.js'
import { runCommand } from './lib/command.js'
import { isSound } from './lib/durability/findings.js'
import { isComplete, printVerdicts } from './lib/follower/verdict.js'
import { freshSeed } from './lib/random.js'

/** Readers of one room whose lines break at random moments while it is written in, `npm run cut-test -- --cuts 1000`. */
await runCommand(async () => {
  const { values } = parseArgs({ options: { cuts: { type: 'string', default: '100' }, seed: { type: 'string' } } })
  const total = Number(values.cuts)
  const seed = Number(values.seed ?? freshSeed())
  console.log(`seed ${seed}`)
  const onCut = (cut: number) => process.stderr.write(`\rcut ${cut} of ${total} times`)
  const { cuts, findings, readers, oddPositions } = await runCuts({ cuts: total, seed, onCut })
  process.stderr.write('\n')
  console.table(cuts)
  console.table({ ...findings })
  printVerdicts(readers)
  for (const line of oddPositions) console.log(line)
  return isSound(findings) && readers.every(isComplete) && oddPositions.length === 0 ? 0 : 1
})
