import { parseArgs } from 'node:util'
import { languages } from '@meeshy/shared/languages'
import { runCommand, Stop } from '../lib/command.js'
import { createRooms } from './lib/room.js'
import { SocketStage } from './lib/socket-stage.js'
import { loadAverage, printConditions, printTable } from './lib/table.js'
import { inTurns, type Side } from './lib/turns.js'

const written = 'fr'
const read = languages.filter((language) => language !== written)
const mostPerSecond = 20
const deliveriesPerSecond = 10_000

/**
 * What it costs the gateway that people read nine languages: `npm run bench:languages`. Two rooms of the same people
 * over the same sockets: in one everybody reads their own language, in the other all read one. The translation memory
 * knows the text, so that every message comes translated and no frame follows it.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      members: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '9' },
    },
  })
  const [members, seconds, rounds] = [Number(values.members), Number(values.seconds), Number(values.rounds)]
  const readers = Array.from({ length: members }, (_, index) => read[index % read.length] ?? '')
  const stage = await SocketStage.open(async (database) => {
    const rooms = await createRooms(database, readers, 2)
    const [, { conversationId = '' } = {}] = rooms
    await database.conversationMember.updateMany({
      where: { conversationId },
      data: { languageOverride: read[0] ?? '' },
    })
    return rooms
  })
  const [nine = '', one = ''] = stage.conversationIds
  const perSecond = Math.min(mostPerSecond, deliveriesPerSecond / members)
  const side =
    (conversationId: string, messages = Math.ceil(perSecond * seconds)): Side =>
    async () => {
      const heard = await stage.measure({ conversationIds: [conversationId], messages, perSecond, atOnce: 1 })
      const { deliveries, bytes, others, serverCpu, serviceCpu } = heard
      return { cpu: serverCpu / deliveries, serviceCpu: serviceCpu / deliveries, bytes: bytes / deliveries, others }
    }
  await side(nine, 1)()
  const loadBefore = loadAverage()
  const found = await inTurns({ nine: side(nine), one: side(one) }, rounds)
  await stage.close()
  if (found.nine.others || found.one.others) throw new Stop('translations came later: the memory did not know the text')
  const row = (title: string, { cpu = 0, serviceCpu = 0, bytes = 0 }) => [
    ...[title, cpu, serviceCpu, Math.round(bytes), cpu / (found.one.cpu ?? 0)],
  ]
  printTable(
    [`${members} members, a delivery`, 'CPU of the gateway, µs', 'of the translation service, µs', 'bytes', '÷ one'],
    [row(`${read.length} languages`, found.nine), row('one language', found.one)],
  )
  printConditions(rounds, loadBefore)
  return 0
})
