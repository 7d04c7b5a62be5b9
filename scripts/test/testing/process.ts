import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { root } from '../../lib/paths.js'

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

interface Options {
  cwd?: string
  /** Beside PATH and HOME: what the tests themselves run with is not handed on. */
  env?: Record<string, string>
}

const lineLimitMs = 60_000

/** A process with its lines, killed when the test is finished. */
export class TestProcess {
  readonly lines: string[] = []
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  #onChange: () => void = () => {}

  constructor(file: string, args: string[], { cwd = root, env = {} }: Options = {}) {
    const child = spawn(file, args, { cwd, env: { ...inherited(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    const output = { stdout: [] as string[], stderr: [] as string[] }
    for (const name of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[name] }).on('line', (line) => {
        output[name].push(line)
        this.lines.push(line)
        this.#onChange()
      })
    }
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        resolve({ code, stdout: output.stdout.join('\n'), stderr: output.stderr.join('\n') })
        this.#onChange()
      })
    })
    onTestFinished(async () => {
      // SIGTERM first: a supervisor ends what it started.
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await this.ended
    })
  }

  get pid(): number {
    return this.#child.pid as number
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** The first line from `from` on that matches; throws with all lines when the process ends before. */
  async line(pattern: RegExp, from = 0): Promise<{ index: number; match: RegExpMatchArray }> {
    const end = performance.now() + lineLimitMs
    for (;;) {
      const index = this.lines.findIndex((line, at) => at >= from && pattern.test(line))
      const match = this.lines[index]?.match(pattern)
      if (match) return { index, match }
      if (this.#child.exitCode !== null || performance.now() > end) {
        throw new Error(`no line ${pattern} among\n${this.lines.join('\n')}`)
      }
      await this.#change(end)
    }
  }

  async #change(end: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, end - performance.now()))
      this.#onChange = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Runs a program to its end. */
export function run(file: string, args: string[], options: Options = {}): Promise<Ended> {
  return new TestProcess(file, args, options).ended
}

/** Starts one of the commands behind start.sh, without its checks and installation. */
export function startCommand(name: string, env: Record<string, string>, args: string[] = []): TestProcess {
  const file = `scripts/${name}.ts`
  return new TestProcess(process.execPath, ['-C', '@meeshy/source', '--import', 'tsx', file, ...args], { env })
}

function inherited(): Record<string, string | undefined> {
  return { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR }
}
