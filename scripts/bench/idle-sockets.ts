import { parseArgs } from 'node:util'
import { openDatabase } from '@meeshy/shared/database/open'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { runCommand } from '../lib/command.js'
import { Crowd } from './crowd/crowd.js'
import { socketSettings, startGatewayProcess } from './lib/gateway.js'
import type { MeasuredProcess } from './lib/measured-process.js'
import { residentMemory } from './lib/memory.js'
import { createRoom } from './lib/room.js'
import { BenchService } from './lib/service.js'
import { signAllIn } from './lib/signed-in.js'
import { printTable } from './lib/table.js'

/** Connects first and is not counted: code, caches and pools are there when the others come. */
const early = 500
const kib = 1024

/**
 * What a connection costs that does nothing: `npm run bench:idle`. 10,000 people with a socket each, connected from
 * another process, and the memory of the gateway before and after, each time when its garbage was collected.
 */
await runCommand(async () => {
  const { values } = parseArgs({ options: { sockets: { type: 'string', default: '10000' } } })
  const sockets = Number(values.sockets)
  const { url, remove } = await createTestDatabase()
  const service = await BenchService.start(url)
  const settings = socketSettings(url, service)
  const database = await openDatabase(url)
  const { memberIds } = await createRoom(database, Array<string>(sockets + early).fill('fr'))
  const tokens = await signAllIn(database, memberIds, settings.JWT_SECRET ?? '')
  await database.$disconnect()
  const gateway = await startGatewayProcess(settings)
  const { port } = gateway.ready
  const first = await Crowd.seat({ port, tokens: tokens.slice(0, early) })
  const before = await memoryOf(gateway)
  const crowd = await Crowd.seat({ port, tokens: tokens.slice(early) })
  const after = await memoryOf(gateway)
  await crowd.stop()
  await first.stop()
  await gateway.stop()
  await service.stop()
  await remove()
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

async function memoryOf(gateway: MeasuredProcess<unknown>): Promise<Memory> {
  const { heapUsed, external } = await gateway.ask<Memory>({ collect: true })
  return { heapUsed, external, resident: residentMemory(gateway.pid) }
}
