import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../lib/paths.js'
import { type Totals, totalsOf, type VitestReport } from '../lib/totals.js'
import { run } from './testing/process.js'
import { temporaryFolder } from './testing/temporary.js'

const passing = "import { it } from 'vitest'\nit('passes', () => {})\n"

describe('the totals of a package', () => {
  it('count what passed and what failed', async () => {
    const failing = "import { it } from 'vitest'\nit('fails', () => { throw new Error('no') })\n"
    expect(await totalsOfTree({ 'a.test.ts': passing, 'b.test.ts': passing + failing.split('\n')[1] })).toEqual({
      passed: 2,
      failed: 1,
    })
  })

  it('count a file that does not load', async () => {
    expect(await totalsOfTree({ 'a.test.ts': passing, 'b.test.ts': "import './missing.js'\n" })).toEqual({
      passed: 1,
      failed: 1,
    })
  })

  it('count a stray rejection', async () => {
    const stray = "import { it } from 'vitest'\nit('passes', () => { void Promise.reject(new Error('stray')) })\n"
    expect(await totalsOfTree({ 'a.test.ts': stray })).toEqual({ passed: 1, failed: 1 })
  })

  it('count a run without a report', () => {
    expect(totalsOf(null, 0)).toEqual({ passed: 0, failed: 1 })
  })
})

/** Runs the real vitest on these test files. */
async function totalsOfTree(files: Record<string, string>): Promise<Totals> {
  const folder = temporaryFolder()
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  mkdirSync(join(folder, 'test'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'test', name), text)
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { code } = await run(process.execPath, [vitest, 'run', '--reporter=json', '--outputFile=report.json'], {
    cwd: folder,
  })
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as VitestReport
  return totalsOf(report, code ?? 1)
}
