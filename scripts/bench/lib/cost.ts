import type { Figures } from './figures.js'

/** What work costs this process. */
export interface Cost extends Figures {
  /** Microseconds of processor time for one operation. */
  cpu: number
  perSecond: number
}

/** Measures what `operations` operations cost together. */
export async function costOf(operations: number, work: () => unknown): Promise<Cost> {
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await work()
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  return { cpu: (user + system) / operations, perSecond: operations / seconds }
}
