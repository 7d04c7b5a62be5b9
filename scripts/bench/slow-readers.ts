import { parseArgs } from 'node:util'
import { openDatabase } from '@meeshy/shared/database/open'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { runCommand } from '../lib/command.js'
import { say } from '../lib/terminal.js'
import { Crowd } from './crowd/crowd.js'
import type { Said } from './crowd/members.js'
import { socketSettings, startGatewayProcess } from './lib/gateway.js'
import { peakMemory, residentMemory } from './lib/memory.js'
import { createRoom } from './lib/room.js'
import { BenchService } from './lib/service.js'
import { signAllIn } from './lib/signed-in.js'
import { loadAverage, printTable } from './lib/table.js'

const languages = ['fr', 'fr', 'en', 'de']
const mib = 1024 * 1024

/**
 * What readers that take nothing do to the others: `npm run bench:slow-readers`. One room of 1,500, all connected from
 * another process; 20 long messages a second whose translations the memory knows; first everybody listens, then a
 * hundred take nothing more. Fails when one of these is still connected in the end, or one of the others is not.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      members: { type: 'string', default: '1500' },
      deaf: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '60' },
      rate: { type: 'string', default: '20' },
    },
  })
  const [members, deaf, seconds, rate] = [values.members, values.deaf, values.seconds, values.rate].map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const loadBefore = loadAverage()
  const { url, remove } = await createTestDatabase()
  const service = await BenchService.start(url)
  const settings = socketSettings(url, service)
  const database = await openDatabase(url)
  const room = await createRoom(
    database,
    Array.from({ length: members }, (_, index) => languages[index % languages.length] ?? ''),
  )
  const tokens = await signAllIn(database, room.memberIds, settings.JWT_SECRET ?? '')
  await database.$disconnect()
  const gateway = await startGatewayProcess(settings)
  const crowd = await Crowd.seat({ port: gateway.ready.port, tokens })
  // The memory learns the texts.
  await crowd.say(room.conversationId, 10, 2)
  const listening = await crowd.say(room.conversationId, rate * Math.ceil(seconds / 4), rate)
  const before = residentMemory(gateway.pid)
  await crowd.goDeaf(deaf)
  const peak = peakMemory(gateway.pid)
  const disturbed = await crowd.say(room.conversationId, rate * seconds, rate)
  const grown = peak.stop() - before
  await crowd.stop()
  await gateway.stop()
  await service.stop()
  await remove()
  printTable(
    [`${members} readers, ${rate} messages/s`, 'deliveries/s', 'p50 of the last, ms', 'p99', 'cut off'],
    [
      ['everybody listens', ...figures(listening, rate, members)],
      [`${deaf} take nothing for ${seconds} s`, ...figures(disturbed, rate, members - deaf)],
    ],
  )
  say(`memory of the gateway: ${(before / mib).toFixed(0)} MiB before, ${(grown / mib).toFixed(0)} MiB more at most`)
  say(`load average ${loadBefore} before and ${loadAverage()} after`)
  const { lost } = disturbed
  return lost.deaf === deaf && lost.listening === 0 ? 0 : 1
})

function figures({ lastMs, lost }: Said, rate: number, listeners: number): (string | number)[] {
  return [rate * listeners, lastMs.p50, lastMs.p99, `${lost.deaf} deaf, ${lost.listening} others`]
}
