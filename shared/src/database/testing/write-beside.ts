// A process that writes beside another one, for two-processes.test.ts. Arguments: url, its name, operations per writer.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PrismaClient } from '../../generated/prisma/client.js'
import { openDatabase } from '../open.js'

/** What the process tells when it is done. */
export interface WriterAnswer {
  acknowledged: string[]
  failed: string[]
  durationMs: number
  longestStallMs: number
}

process.once('disconnect', () => process.exit()) // also when the test's process is gone

const writers = 4
const [url = '', name = '', operations = ''] = process.argv.slice(2)
const database = await openDatabase(url)
await meetTheOther(database, name)

const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
const startedAt = performance.now()
const acknowledged: string[] = []
const failed: string[] = []
await Promise.all(Array.from({ length: writers }, (_, writer) => write(`${name}-${writer}`)))
const durationMs = Math.round(performance.now() - startedAt)
delay.disable()
await database.$disconnect()
const answer: WriterAnswer = { acknowledged, failed, durationMs, longestStallMs: Math.round(delay.max / 1e6) }
process.send?.(answer, () => process.disconnect())

/** Both begin when both are open, so that they meet at every lock. */
async function meetTheOther(database: PrismaClient, name: string): Promise<void> {
  await database.feedCursor.create({ data: { consumer: `ready-${name}`, cursor: '' } })
  while ((await database.feedCursor.count({ where: { consumer: { startsWith: 'ready-' } } })) < 2) await sleep(5)
}

async function write(writer: string): Promise<void> {
  for (let number = 0; number < Number(operations); number++) {
    const id = `${writer}-${number}`
    try {
      await (number % 2 === 0 ? create(id) : countAndCreate(id))
      acknowledged.push(id)
    } catch (error) {
      failed.push(String(error))
    }
  }
}

async function create(id: string): Promise<void> {
  await database.feedCursor.create({ data: { consumer: id, cursor: '' } })
}

/** Reads, thinks, then writes: the transaction that fails or loses counts where BEGIN does not take the lock. */
async function countAndCreate(id: string): Promise<void> {
  await database.$transaction(async (tx) => {
    const state = await tx.conversationState.findUniqueOrThrow({ where: { conversationId: 'shared' } })
    await sleep(1)
    const data = { lastSeq: state.lastSeq + 1 }
    await tx.conversationState.update({ where: { conversationId: 'shared' }, data })
    await tx.feedCursor.create({ data: { consumer: id, cursor: '' } })
  })
}
