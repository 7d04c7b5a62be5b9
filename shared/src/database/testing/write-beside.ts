// A process that writes beside others, for two-processes.test.ts. Arguments: url, its engine, its name, operations per
// writer, and how many processes there are.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRows } from './rows.js'

/** What the process tells when it is done. */
export interface WriterAnswer {
  acknowledged: string[]
  failed: string[]
  durationMs: number
  longestStallMs: number
}

process.once('disconnect', () => process.exit()) // also when the test's process is gone

const writers = 4
const [url = '', engine = '', name = '', operations = '', processes = ''] = process.argv.slice(2)
const rows = await openRows(engine, url)
await meetTheOthers()

const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
const startedAt = performance.now()
const acknowledged: string[] = []
const failed: string[] = []
await Promise.all(Array.from({ length: writers }, (_, writer) => write(`${name}-${writer}`)))
const durationMs = Math.round(performance.now() - startedAt)
delay.disable()
await rows.close()
const answer: WriterAnswer = { acknowledged, failed, durationMs, longestStallMs: Math.round(delay.max / 1e6) }
process.send?.(answer, () => process.disconnect())

/** All begin when all are open, so that they meet at every lock. */
async function meetTheOthers(): Promise<void> {
  await rows.create(`ready-${name}`)
  while ((await rows.countReady()) < Number(processes)) await sleep(5)
}

async function write(writer: string): Promise<void> {
  for (let number = 0; number < Number(operations); number++) {
    const id = `${writer}-${number}`
    try {
      await (number % 2 === 0 ? rows.create(id) : rows.countAndCreate(id))
      acknowledged.push(id)
    } catch (error) {
      failed.push(String(error))
    }
  }
}
