import { parseArgs } from 'node:util'
import { runCommand } from '../lib/command.js'
import { say } from '../lib/terminal.js'
import { Crowd } from './crowd/crowd.js'
import type { Said } from './crowd/members.js'
import { peakMemory, residentMemory } from './lib/memory.js'
import { createRoom } from './lib/room.js'
import { Services } from './lib/services.js'
import { loadAverage, printTable } from './lib/table.js'

const languages = ['fr', 'fr', 'en', 'de']
const mib = 1024 * 1024

/**
 * What readers that take nothing do to the others: `npm run bench:slow-readers`. One room of 1,500, all connected from
 * another process; 20 long messages a second whose translations the memory knows; first everybody listens, then a
 * hundred take nothing more. In the end these take again what is still to come, and see whether they were cut off.
 * Fails when one of them was not, or one of the others was.
 *
 * A reader is cut when `--queued-bytes` wait for it, and nothing waits before the system holds no more for its
 * connection, which is about 4 MiB. A short run says a `--phrase` whose characters have three bytes.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      members: { type: 'string', default: '1500' },
      deaf: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '60' },
      rate: { type: 'string', default: '20' },
      phrase: { type: 'string', default: "On se retrouve demain devant la gare, d'accord ? " },
      'queued-bytes': { type: 'string', default: '1048576' },
    },
  })
  const [members, deaf, seconds] = [Number(values.members), Number(values.deaf), Number(values.seconds)]
  const rate = Number(values.rate)
  const loadBefore = loadAverage()
  const services = await Services.open({
    createRooms: async (database) => [await createRoom(database, readers(members))],
    settings: { SOCKET_QUEUED_BYTES: values['queued-bytes'] },
  })
  const { listening, disturbed, lost, memory } = await disturb(services, { deaf, seconds, rate, phrase: values.phrase })
  await services.close()
  printTable(
    [`${members} readers, ${rate} messages/s`, 'deliveries/s', 'p50 of the last, ms', 'p99'],
    [
      ['everybody listens', ...figures(listening, rate, members)],
      [`${deaf} take nothing for ${seconds} s`, ...figures(disturbed, rate, members - deaf)],
    ],
  )
  const [before, grown] = [memory.before, memory.peak - memory.before].map((bytes) => (bytes / mib).toFixed(0))
  say(`cut off: ${lost.deaf} of the ${deaf} that took nothing, ${lost.listening} others`)
  say(`memory of the gateway: ${before} MiB before, ${grown} MiB more at most`)
  say(`load average ${loadBefore} before and ${loadAverage()} after`)
  return lost.deaf === deaf && lost.listening === 0 ? 0 : 1
})

function readers(members: number): string[] {
  return Array.from({ length: members }, (_, index) => languages[index % languages.length] ?? '')
}

interface Disturbance {
  deaf: number
  seconds: number
  rate: number
  /** What they say, again and again in each message. */
  phrase: string
}

/** What they hear while everybody listens, and while some take nothing; and the memory of the gateway, in bytes. */
async function disturb(services: Services, { deaf, seconds, rate, phrase }: Disturbance) {
  const { gateway, people, conversationIds } = services
  const [conversationId = ''] = conversationIds
  const crowd = await Crowd.seat({ port: gateway.ready.port, tokens: people.map(({ token }) => token), phrase })
  // The memory learns the texts.
  await crowd.say(conversationId, 10, 10)
  const listening = await crowd.say(conversationId, Math.ceil((rate * seconds) / 4), rate)
  const before = residentMemory(gateway.pid)
  await crowd.goDeaf(deaf)
  const watch = peakMemory(gateway.pid)
  const disturbed = await crowd.say(conversationId, rate * seconds, rate)
  const peak = watch.stop()
  const lost = await crowd.hearAgain()
  await crowd.stop()
  return { listening, disturbed, lost, memory: { before, peak } }
}

function figures({ lastMs }: Said, rate: number, listeners: number): number[] {
  return [rate * listeners, lastMs.p50, lastMs.p99]
}
