import { parseArgs } from 'node:util'
import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { runCommand } from '../lib/command.js'
import { type Figures, quantile } from './lib/figures.js'
import { atRate, inFlight } from './lib/load.js'
import { BenchService } from './lib/service.js'
import { loadAverage, printConditions, printTable } from './lib/table.js'
import { inTurns } from './lib/turns.js'
import { type Call, prepareCalls } from './rpc/calls.js'

const rates = [200, 500]
const atOnce = 64
/** For each second of a round. */
const callsAtOnce = 1_000
const columns = [
  ...rates.flatMap((rate) => [`p50 at ${rate}/s, ms`, `p99 at ${rate}/s, ms`, `CPU at ${rate}/s, µs`]),
  ...[`a second, ${atOnce} at once`, 'CPU then, µs'],
]

/**
 * A call over loopback to the translation service in a process of its own: `npm run bench:rpc`. How long it takes at a
 * fixed rate, how many there are with 64 at once, and what one costs the service, beside an rpc that does nothing.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '5' } },
  })
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
  const { url, remove } = await createTestDatabase()
  const service = await BenchService.start(url)
  const [client, bareClient] = [service.connect(), service.connectToBare()]
  const calls = await prepareCalls(url, client)
  const side = (by: ContractClient, call: Call) => () => measure(service, by, call, seconds)
  const loadBefore = loadAverage()
  const found = await inTurns(
    {
      nothing: side(bareClient, calls.read),
      read: side(client, calls.read),
      create: side(client, calls.create),
      translated: side(client, calls.createTranslated),
    },
    rounds,
  )
  client.close()
  bareClient.close()
  await calls.close()
  await service.stop()
  await remove()
  const row = (name: string, figures: Figures) => [name, ...columns.map((column) => figures[column] ?? 0)]
  printTable(
    ['call', ...columns],
    [
      row('an rpc that does nothing', found.nothing),
      row('GetMessage', found.read),
      row('CreateMessage', found.create),
      row('CreateMessage with three translations', found.translated),
    ],
  )
  printConditions(rounds, loadBefore)
  return 0
})

async function measure(service: BenchService, client: ContractClient, call: Call, seconds: number): Promise<Figures> {
  const make = (index: number) => call.make(client, index)
  const values: number[] = []
  for (const rate of rates) {
    let latencies: number[] = []
    const calls = Math.ceil(rate * seconds)
    const cpu = await service.cpuOf(async () => {
      latencies = await atRate(calls, rate, make)
      await call.settled?.()
    })
    values.push(quantile(latencies, 0.5), quantile(latencies, 0.99), cpu / calls)
  }
  const calls = Math.ceil(callsAtOnce * seconds)
  let elapsedMs = 0
  const cpu = await service.cpuOf(async () => {
    const startedAt = performance.now()
    await inFlight(calls, atOnce, make)
    elapsedMs = performance.now() - startedAt
    await call.settled?.()
  })
  values.push((1000 * calls) / elapsedMs, cpu / calls)
  return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? 0]))
}
