import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.js'
import { type Totals, totalsOf, type VitestReport } from './totals.js'

/** One part of the whole: a package's tests, or a command that passes or fails as one test. */
export interface Check {
  name: string
  run(): Promise<Totals>
}

const packages = ['shared', 'fastify-service', 'translation-service', 'scripts']
const trainingTests = 'scripts/starter-models'

/** Everything that has to pass; the quick ones first. */
export function checksOf(reportFolder: string): Check[] {
  return [
    command('type check', 'npm', ['run', '--silent', 'typecheck']),
    command('lint', 'npm', ['run', '--silent', 'lint']),
    command('model training', 'python3', ['-m', 'unittest', 'discover', '-s', trainingTests, '-p', 'test_*.py']),
    ...packages.map((name) => vitest(name, join(reportFolder, `${name}.json`))),
  ]
}

function command(name: string, file: string, args: string[]): Check {
  const run = async () =>
    (await exitCodeOf(file, args, root)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  return { name, run }
}

function vitest(name: string, reportFile: string): Check {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  return {
    name,
    run: async () => {
      const exitCode = await exitCodeOf('npm', ['test', '--silent', '--', ...reporters], join(root, name))
      return totalsOf(readReport(reportFile), exitCode)
    },
  }
}

async function exitCodeOf(file: string, args: string[], cwd: string): Promise<number> {
  const child = spawn(file, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return code ?? 1
  } catch (error) {
    process.stderr.write(`${file} cannot be started: ${(error as Error).message}\n`)
    return 1
  }
}

function readReport(file: string): VitestReport | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  } catch {
    return null
  }
}
