import { parseArgs } from 'node:util'
import { languages } from '@meeshy/shared/languages'
import { runCommand } from '../lib/command.js'
import { type Figures, quantile } from './lib/figures.js'
import { type BenchRoom, createRoom } from './lib/room.js'
import { SocketStage } from './lib/socket-stage.js'
import { loadAverage, printConditions, printTable } from './lib/table.js'
import { roundsInTurns } from './lib/turns.js'

const membersOfRoom = 20

/**
 * How long a message is under way, end to end: `npm run bench:delivery`. People in rooms of twenty, all connected from
 * another process, write at a fixed rate, whether or not the last message has come. Latency counts from the moment a
 * message was due, until its ack, and until the last member has it. They read all ten languages, and the translation
 * memory knows the text.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      rooms: { type: 'string', default: '50' },
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '5' },
      profiles: { type: 'string' },
    },
  })
  const [perSecond, seconds, rounds] = [Number(values.rate), Number(values.seconds), Number(values.rounds)]
  const stage = await SocketStage.open(async (database) => {
    const rooms: BenchRoom[] = []
    while (rooms.length < Number(values.rooms)) rooms.push(await createRoom(database, readers()))
    return rooms
  }, values.profiles)
  const { conversationIds } = stage
  const messages = Math.ceil(perSecond * seconds)
  const loadBefore = loadAverage()
  const side = async (): Promise<Figures> => {
    const heard = await stage.measure({ conversationIds, messages, perSecond, atOnce: 1 })
    return {
      ackP50: quantile(heard.ackMs, 0.5),
      ackP99: quantile(heard.ackMs, 0.99),
      lastP50: quantile(heard.lastMs, 0.5),
      lastP99: quantile(heard.lastMs, 0.99),
      gateway: heard.serverCpu / messages,
      service: heard.serviceCpu / messages,
    }
  }
  const { found } = await roundsInTurns({ found: side }, rounds)
  await stage.close()
  const row = (title: string, name: string) => {
    const all = found.map((figures) => figures[name] ?? 0)
    return [title, quantile(all, 0.5), Math.min(...all), Math.max(...all)]
  }
  const people = membersOfRoom * conversationIds.length
  printTable(
    [`${perSecond} messages/s among ${people} people in rooms of ${membersOfRoom}`, 'median', 'least', 'most'],
    [
      row('ack p50, ms', 'ackP50'),
      row('ack p99, ms', 'ackP99'),
      row('last delivery p50, ms', 'lastP50'),
      row('last delivery p99, ms', 'lastP99'),
      row('CPU of the gateway, µs a message', 'gateway'),
      row('CPU of the translation service, µs a message', 'service'),
    ],
  )
  printConditions(rounds, loadBefore)
  return 0
})

/** The ten languages in turns. */
function readers(): string[] {
  return Array.from({ length: membersOfRoom }, (_, index) => languages[index % languages.length] ?? '')
}
