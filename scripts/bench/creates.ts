import { parseArgs } from 'node:util'
import { runCommand } from '../lib/command.js'
import { startSide } from './creates/side.js'
import type { Figures } from './lib/figures.js'
import { loadAverage, printConditions, printTable } from './lib/table.js'
import { inTurns } from './lib/turns.js'

/**
 * Durable messages a second, and what one costs: `npm run bench:creates`. The store's createMessage (a text, a message,
 * three languages, an event, counters and a read mark) against one bare row by Prisma, the same work by Prisma, and
 * bare statements. Everywhere with synchronous=FULL and 64 at once.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: { creates: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '5' } },
  })
  const [creates, rounds] = [Number(values.creates), Number(values.rounds)]
  const started = {
    store: await startSide('store', creates),
    prismaRow: await startSide('prismaRow', Math.ceil(creates / 5)),
    prisma: await startSide('prisma', Math.ceil(creates / 25)),
    storeRow: await startSide('storeRow', creates),
    bare: await startSide('bare', creates),
  }
  const loadBefore = loadAverage()
  const { store, prismaRow, prisma, storeRow, bare } = started
  const sides = { store: store.side, peer: prismaRow.side, prisma: prisma.side, row: storeRow.side, bare: bare.side }
  const found = await inTurns(sides, rounds)
  for (const { close } of Object.values(started)) await close()
  const row = rowBeside(found.peer)
  printTable(
    ['durable creates, 64 at once', 'a second', 'CPU each, µs', 'rate ÷ peer’s', 'peer’s CPU ÷ this'],
    [
      row('store: createMessage', found.store),
      row('peer: Prisma, one row', found.peer),
      row('Prisma: all that createMessage writes', found.prisma),
      row('store: one row', found.row),
      row('bare statements: all that createMessage writes', found.bare),
    ],
  )
  printConditions(rounds, loadBefore)
  return 0
})

function rowBeside(peer: Figures) {
  return (name: string, { perSecond = 0, cpu = 0 }: Figures) => {
    return [name, perSecond, cpu, perSecond / (peer.perSecond ?? 0), (peer.cpu ?? 0) / cpu]
  }
}
