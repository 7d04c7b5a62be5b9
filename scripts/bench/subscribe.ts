import { parseArgs } from 'node:util'
import { openDatabase } from '@meeshy/shared/database/open'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { runCommand } from '../lib/command.js'
import type { Figures } from './lib/figures.js'
import { createRoom } from './lib/room.js'
import { BenchService } from './lib/service.js'
import { loadAverage, printConditions, printTable } from './lib/table.js'
import { inTurns } from './lib/turns.js'
import { writeHistory } from './lib/written-history.js'
import { catchUp, follow, startOf } from './subscribe/sides.js'

const languages = ['en', 'de', 'es']
const eventsPerMessage = 1 + languages.length

/**
 * What the feed costs: `npm run bench:subscribe`. Catching up with a log, and following live messages at a fixed rate,
 * for one subscriber and for four. Three quarters of the log are translations.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '100000' },
      rate: { type: 'string', default: '500' },
      seconds: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '5' },
    },
  })
  const [rate, seconds, rounds] = [Number(values.rate), Number(values.seconds), Number(values.rounds)]
  const { url, remove } = await createTestDatabase()
  const people = await openDatabase(url)
  const room = await createRoom(people, ['fr', 'fr'])
  await people.$disconnect()
  const conversationIds = Array<string>(Math.ceil(Number(values.events) / eventsPerMessage)).fill(room.conversationId)
  await writeHistory(url, { conversationIds, writerId: room.writerId, languages, withEvents: true })
  const events = conversationIds.length * eventsPerMessage
  const service = await BenchService.start(url)
  const start = await startOf(service)
  const loadBefore = loadAverage()
  const found = await inTurns(
    {
      one: catchUp(service, 1, start, events),
      four: catchUp(service, 4, start, events),
      liveForNone: follow(service, 0, room, rate, seconds),
      liveForOne: follow(service, 1, room, rate, seconds),
      liveForFour: follow(service, 4, room, rate, seconds),
    },
    rounds,
  )
  await service.stop()
  await remove()
  const row = (name: string, { perSecond, cpu, p50, p99 }: Figures) =>
    [name, perSecond, cpu, p50, p99].map((cell) => cell ?? '')
  printTable(
    ['the feed', 'events delivered a second', 'CPU of the service, µs', 'p50, ms', 'p99, ms'],
    [
      row(`${events} events for one, each`, found.one),
      row(`${events} events for four, each delivery`, found.four),
      row(`${rate} messages/s for none, each message`, found.liveForNone),
      row(`${rate} messages/s for one, each message`, found.liveForOne),
      row(`${rate} messages/s for four, each message`, found.liveForFour),
    ],
  )
  printConditions(rounds, loadBefore)
  return 0
})
