import { parseArgs } from 'node:util'
import { runCommand } from '../lib/command.js'
import { Crowd } from './crowd/crowd.js'
import { residentMemory } from './lib/memory.js'
import { createRoom } from './lib/room.js'
import { Services } from './lib/services.js'
import { printTable } from './lib/table.js'

/** Connect first and are not counted: code, caches and pools are there when the others come. */
const mostEarly = 500
const kib = 1024

/**
 * What a connection costs that does nothing: `npm run bench:idle`. 10,000 people with a socket each, connected from
 * another process, and the memory of the gateway before and after, each time when its garbage was collected.
 */
await runCommand(async () => {
  const { values } = parseArgs({ options: { sockets: { type: 'string', default: '10000' } } })
  const sockets = Number(values.sockets)
  const early = Math.min(mostEarly, sockets)
  const services = await Services.open({
    createRooms: async (database) => [await createRoom(database, Array<string>(sockets + early).fill('fr'))],
  })
  const { port } = services.gateway.ready
  const tokens = services.people.map(({ token }) => token)
  const first = await Crowd.seat({ port, tokens: tokens.slice(0, early) })
  const before = await memoryOf(services)
  const crowd = await Crowd.seat({ port, tokens: tokens.slice(early) })
  const after = await memoryOf(services)
  await crowd.stop()
  await first.stop()
  await services.close()
  const each = (name: keyof Memory) => (after[name] - before[name]) / sockets / kib
  printTable(
    [`${sockets} idle sockets, KiB each`, 'JavaScript', 'beside it', 'resident'],
    [['the gateway', each('heapUsed'), each('external'), each('resident')]],
  )
  return 0
})

interface Memory {
  heapUsed: number
  external: number
  resident: number
}

async function memoryOf({ gateway }: Services): Promise<Memory> {
  const { heapUsed, external } = await gateway.ask<Memory>({ collect: true })
  return { heapUsed, external, resident: residentMemory(gateway.pid) }
}
