import { parseArgs } from 'node:util'
import { runCommand } from './lib/command.js'
import { freshSeed } from './lib/random.js'
import { runStates } from './state-test/run.js'

/** What clients build from frames against what they would fetch, `npm run state-test -- --actions 500 --seed 7`. */
await runCommand(async () => {
  const { values } = parseArgs({ options: { actions: { type: 'string', default: '100' }, seed: { type: 'string' } } })
  const actions = Number(values.actions)
  const seed = Number(values.seed ?? freshSeed())
  console.log(`seed ${seed}`)
  const onAction = (action: number) => process.stderr.write(`\raction ${action} of ${actions}`)
  const { done, wrong, applied, resyncs } = await runStates({ actions, seed, onAction })
  process.stderr.write('\n')
  console.table(done)
  console.table(applied)
  console.log(`${resyncs} conversations had to be fetched`)
  for (const line of wrong) console.log(line)
  return wrong.length === 0 ? 0 : 1
})
