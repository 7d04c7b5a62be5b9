import { parseArgs } from 'node:util'
import { isSound } from './kill-test/inspect.js'
import { runKillTest } from './kill-test/run.js'
import { runCommand } from './lib/command.js'

/** kill -9 of the translation service between the ack and the translation: `npm run kill-test -- --kills 20`. */
await runCommand(async () => {
  const { values } = parseArgs({ options: { kills: { type: 'string', default: '20' } } })
  const kills = Number(values.kills)
  const result = await runKillTest(kills, (round) => process.stderr.write(`\rkilled ${round} of ${kills} times`))
  process.stderr.write('\n')
  const { restartsMs, ...findings } = result
  const sorted = [...restartsMs].sort((a, b) => a - b)
  console.table({ ...findings, translations: JSON.stringify(findings.translations) })
  console.log(
    `ready again after ${Math.round(sorted[sorted.length >> 1] ?? 0)} ms (median), ${Math.round(sorted.at(-1) ?? 0)} ms at most`,
  )
  return isSound(result) ? 0 : 1
})
