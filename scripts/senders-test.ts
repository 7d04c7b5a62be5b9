import { parseArgs } from 'node:util'
import { runCommand } from './lib/command.js'
import { isSound } from './lib/durability/findings.js'
import { isComplete, printVerdicts } from './lib/follower/verdict.js'
import { freshSeed } from './lib/random.js'
import { runSenders } from './senders-test/run.js'

/** Many senders and one room, `npm run senders-test -- --senders 50 --messages 200`, with readers that come and go. */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      senders: { type: 'string', default: '50' },
      messages: { type: 'string', default: '200' },
      seed: { type: 'string' },
    },
  })
  const seed = Number(values.seed ?? freshSeed())
  console.log(`seed ${seed}`)
  const size = { senders: Number(values.senders), messagesEach: Number(values.messages) }
  const { findings, sendMs, otherMessages, readers } = await runSenders({ ...size, seed })
  console.table({ ...findings, otherMessages })
  printVerdicts(readers, ({ connections }) => connections > 1)
  const seconds = (sendMs / 1000).toFixed(1)
  console.log(`${findings.acknowledged} messages in ${seconds} s; ${readers.length} members saw them`)
  const isAllThere = findings.stored === size.senders * size.messagesEach && otherMessages === 0
  return isSound(findings) && isAllThere && readers.every(isComplete) ? 0 : 1
})
