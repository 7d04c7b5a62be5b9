import { parseArgs } from 'node:util'
import { runGatewayKills, type StopResult } from './gateway-kill-test/run.js'
import { runCommand } from './lib/command.js'
import { isSound } from './lib/durability/findings.js'
import { isComplete, printVerdicts } from './lib/follower/verdict.js'
import { freshSeed } from './lib/random.js'
import { spread } from './lib/spread.js'

const readyLimitMs = 2_000
const stopLimitMs = 10_000

/** kill -9 of the gateway at random moments while people write, `npm run gateway-kill-test -- --kills 100 --seed 7`. */
await runCommand(async () => {
  const { values } = parseArgs({ options: { kills: { type: 'string', default: '20' }, seed: { type: 'string' } } })
  const kills = Number(values.kills)
  const seed = Number(values.seed ?? freshSeed())
  console.log(`seed ${seed}`)
  const onKill = (kill: number) => process.stderr.write(`\rkilled ${kill} of ${kills} times`)
  const { findings, readyMs, stops, followers, ...counts } = await runGatewayKills({ kills, seed, onKill })
  process.stderr.write('\n')
  console.table({ kills, ...counts, ...findings })
  console.table(stops)
  printVerdicts(followers)
  const late = readyMs.filter((milliseconds) => milliseconds > readyLimitMs).length
  console.log(`from the start of a gateway until it was ready: ${spread(readyMs)}; ${late} took more than 2 s`)
  return isSound(findings) && followers.every(isComplete) && stops.every(isOrderly) ? 0 : 1
})

function isOrderly({ exitCode, milliseconds, sockets, closedForRestart, differentHints }: StopResult): boolean {
  const isTold = closedForRestart === sockets && differentHints > sockets / 2
  return exitCode === 0 && milliseconds <= stopLimitMs && isTold
}
