import { availableParallelism, loadavg } from 'node:os'
import { say } from '../../lib/terminal.js'

export type Row = readonly (string | number)[]

/** Prints a table in Markdown; numbers get as many digits as they are worth. */
export function printTable(head: readonly string[], rows: readonly Row[]): void {
  const cells = [head, ...rows.map((row) => row.map(show))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [first, ...others] = cells
  say(line(first ?? []))
  say(line(widths.map((width) => '-'.repeat(width))))
  for (const row of others) say(line(row))
}

/** Prints what the figures rest on. @param loadBefore from loadAverage, before the first round */
export function printConditions(rounds: number, loadBefore: string): void {
  const cores = availableParallelism()
  say(
    `medians of ${rounds} rounds in turns; ${cores} cores, load average ${loadBefore} before and ${loadAverage()} after`,
  )
}

/** How busy the machine was in the last minute; figures from a busy one are worth little. */
export function loadAverage(): string {
  return (loadavg()[0] ?? 0).toFixed(2)
}

function show(cell: string | number): string {
  if (typeof cell === 'string') return cell
  if (cell >= 1000) return String(Math.round(cell))
  return cell >= 100 ? cell.toFixed(0) : cell >= 10 ? cell.toFixed(1) : cell.toFixed(2)
}
