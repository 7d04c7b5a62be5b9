import { expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../testing/fresh-database.js'
import { openDatabase } from './open.js'
import { startChild } from './testing/child.js'
import type { WriterAnswer } from './testing/write-beside.js'

const operationsPerWriter = 100

// The budget is for a machine that is busy with everything else; it takes about 2 s alone.
test.each([
  ['prisma', 'prisma'],
  ['sqlite', 'prisma'],
])(
  'two processes that write at once, %s and %s: no operation fails, none is lost, the counter is exact',
  {
    timeout: 60_000,
  },
  async (...engines) => {
    const { url, remove } = await createTestDatabase()
    onTestFinished(remove)
    const database = await openDatabase(url)
    onTestFinished(() => database.$disconnect())
    await database.conversationState.create({ data: { conversationId: 'shared' } })

    const numbers = [operationsPerWriter, engines.length].map(String)
    const answers = await Promise.all(
      engines.map(
        (engine, index) => startChild<WriterAnswer>('write-beside', url, engine, `${index}`, ...numbers).answer,
      ),
    )

    for (const [index, { acknowledged, failed, durationMs, longestStallMs }] of answers.entries()) {
      const speed = `${acknowledged.length} operations in ${durationMs} ms`
      console.info(`${engines[index]}: ${speed}, longest event-loop stall ${longestStallMs} ms`)
      expect(failed).toEqual([])
    }
    const rows = await database.feedCursor.findMany({ select: { consumer: true } })
    const written = rows.map((row) => row.consumer).filter((consumer) => !consumer.startsWith('ready-'))
    expect(written.sort()).toEqual(answers.flatMap((answer) => answer.acknowledged).sort())
    expect(written).toHaveLength(engines.length * 4 * operationsPerWriter)
    const { lastSeq } = await database.conversationState.findUniqueOrThrow({ where: { conversationId: 'shared' } })
    expect(lastSeq).toBe(written.length / 2)
  },
)
