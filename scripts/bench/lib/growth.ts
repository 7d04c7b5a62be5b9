import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import { openTranslationDatabase, type TranslationDatabase } from '../../../translation-service/src/store/database.js'
import { costOf } from './cost.js'
import { type Figures, quantile } from './figures.js'
import { type PreparedHistory, withHistories } from './prepared-history.js'
import { BenchService } from './service.js'
import { loadAverage, printConditions, printTable, type Row } from './table.js'
import { inTurns, type Side } from './turns.js'

/** A history of one size: in this process, and behind a service in its own. */
export interface Opened {
  history: PreparedHistory
  database: TranslationDatabase
  service: BenchService
  client: ContractClient
}

/** What is measured at every size, and which of its figures are shown. */
export interface Subject {
  title: string
  figures: readonly ('cpu' | 'p50')[]
  side(opened: Opened): Side
}

export interface GrowthOptions {
  sizes: readonly number[]
  rounds: number
  /** Keeps the databases for the next time. */
  folder: string | undefined
}

/** Prints what each subject costs at each size, and how it grows from the first to the last. */
export async function printGrowth(
  heading: string,
  subjects: readonly Subject[],
  { sizes, rounds, folder }: GrowthOptions,
): Promise<void> {
  await withHistories(sizes, folder, async (histories) => {
    const opened: Opened[] = []
    for (const history of histories) opened.push(await open(history))
    const sides = Object.fromEntries(
      subjects.flatMap((subject) => opened.map((at) => [nameOf(subject, at.history.size), subject.side(at)])),
    )
    const loadBefore = loadAverage()
    const found = await inTurns(sides, rounds)
    for (const each of opened) await close(each)
    printTable(
      [heading, ...sizes.map((size) => `${size} messages`), 'last ÷ first'],
      subjects.flatMap((subject) => rowsOf(subject, sizes, found)),
    )
    printConditions(rounds, loadBefore)
  })
}

/** The cost of so many calls in this process, one after the other. */
export function inProcess(calls: number, call: (index: number) => Promise<unknown>): Side {
  return () =>
    costOf(calls, async () => {
      for (let index = 0; index < calls; index += 1) await call(index)
    })
}

/** What so many calls, one after the other, cost the service, and how long one takes. */
export function overGrpc(service: BenchService, calls: number, call: (index: number) => Promise<unknown>): Side {
  return async () => {
    const latencies: number[] = []
    const cpu = await service.cpuOf(async () => {
      for (let index = 0; index < calls; index += 1) {
        const startedAt = performance.now()
        await call(index)
        latencies.push(performance.now() - startedAt)
      }
    })
    return { cpu: cpu / calls, p50: quantile(latencies, 0.5) }
  }
}

const units = { cpu: 'CPU µs', p50: 'p50 ms' }

function rowsOf(subject: Subject, sizes: readonly number[], found: Record<string, Figures>): Row[] {
  return subject.figures.map((figure) => {
    const values = sizes.map((size) => found[nameOf(subject, size)]?.[figure] ?? 0)
    return [`${subject.title}, ${units[figure]}`, ...values, (values.at(-1) ?? 0) / (values[0] ?? 0)]
  })
}

function nameOf({ title }: Subject, size: number): string {
  return `${title} at ${size}`
}

async function open(history: PreparedHistory): Promise<Opened> {
  const database = await openTranslationDatabase(history.url)
  const service = await BenchService.start(history.url)
  return { history, database, service, client: service.connect() }
}

async function close({ client, service, database }: Opened): Promise<void> {
  client.close()
  await service.stop()
  await database.close()
}
