import { parseArgs } from 'node:util'
import { runAcks } from './kill-test/acks.js'
import { runBetween } from './kill-test/between.js'
import { runCommand } from './lib/command.js'
import { isSound } from './lib/durability/findings.js'
import { freshSeed } from './lib/random.js'
import { spread } from './lib/spread.js'

/**
 * kill -9 of the translation service, `npm run kill-test -- --kills 200 --seed 7`: at random moments while eight people
 * write, or with `--between-ack-and-translation` when messages are acknowledged and their translations are not made.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '20' },
      seed: { type: 'string' },
      'between-ack-and-translation': { type: 'boolean', default: false },
    },
  })
  const kills = Number(values.kills)
  const onKill = (kill: number) => process.stderr.write(`\rkilled ${kill} of ${kills} times`)
  if (values['between-ack-and-translation']) return between(kills, onKill)
  return acks(kills, Number(values.seed ?? freshSeed()), onKill)
})

type OnKill = (kill: number) => void

async function acks(kills: number, seed: number, onKill: OnKill): Promise<number> {
  console.log(`seed ${seed}`)
  const { findings, readyMs, lives, ...rest } = await runAcks({ kills, seed, onKill })
  process.stderr.write('\n')
  const firstAcks = lives.flatMap(({ firstAckMs }) => firstAckMs ?? [])
  console.table({ kills: rest.kills, acks: lives.reduce((sum, life) => sum + life.acks, 0), ...findings })
  console.log(`from the start of a process until it was ready: ${spread(readyMs)}`)
  console.log(`until its first ack: ${spread(firstAcks)} (${lives.length - firstAcks.length} were killed before one)`)
  return isSound(findings) ? 0 : 1
}

async function between(kills: number, onKill: OnKill): Promise<number> {
  const { findings, readyMs, pendingAtKill, translations, translatedMs, unseen } = await runBetween(kills, onKill)
  process.stderr.write('\n')
  const pending = translations.pending ?? 0
  console.table({ kills, ...findings, pendingAtKill, pending, unseen })
  console.table(translations)
  console.log(`from the start of a process until it was ready: ${spread(readyMs)}`)
  console.log(`nothing was pending ${(translatedMs / 1000).toFixed(1)} s after the last start`)
  return isSound(findings) && pending === 0 && unseen === 0 ? 0 : 1
}
