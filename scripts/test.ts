import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Check, checksOf } from './lib/checks.js'
import { runCommand } from './lib/command.js'
import { duration, paint, say } from './lib/terminal.js'
import { add, type Totals } from './lib/totals.js'

await runCommand(async () => {
  parseArgs({ options: {} })
  const reportFolder = mkdtempSync(join(tmpdir(), 'meeshy-totals-'))
  const results: Totals[] = []
  const table: string[] = []
  try {
    // One after the other: the tests measure time and start processes.
    for (const check of checksOf(reportFolder)) {
      const { totals, line } = await runCheck(check)
      results.push(totals)
      table.push(line)
    }
  } finally {
    rmSync(reportFolder, { recursive: true, force: true })
  }
  const { passed, failed } = add(results)
  say(`\n${table.join('\n')}\n`)
  say(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
})

async function runCheck({ name, run }: Check): Promise<{ totals: Totals; line: string }> {
  say(paint('bold', `\n── ${name}`))
  const began = performance.now()
  const totals = await run()
  const mark = totals.failed === 0 ? paint('green', '✓') : paint('red', '✗')
  const took = paint('dim', duration(performance.now() - began))
  return { totals, line: `${mark} ${name.padEnd(20)} ${totals.passed} passed, ${totals.failed} failed  ${took}` }
}
