import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How strace says that it watches the process and all of its threads. */
const attached = /Process \d+ attached/
const attachLimitMs = 10_000
/** Of what is written; a page of the database is shown whole. */
const shownBytes = 4_096

/** strace at work on a process that runs already. */
export class Trace {
  private constructor(
    private readonly strace: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Begins to watch, and to interfere where the options inject faults; the next call is seen. */
  static async attach(pid: number, options: readonly string[]): Promise<Trace> {
    const folder = mkdtempSync(join(tmpdir(), 'meeshy-trace-'))
    const always = ['-f', '-y', '-ttt', '-s', String(shownBytes), '-o', join(folder, 'trace')]
    const strace = spawn('strace', [...always, ...options, '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] })
    const trace = new Trace(strace, folder)
    try {
      await untilAttached(strace)
      return trace
    } catch (error) {
      await trace.#end()
      trace.#remove()
      throw error
    }
  }

  /** What it has seen so far. */
  get lines(): string[] {
    return readFileSync(join(this.folder, 'trace'), 'utf8').split('\n').filter(Boolean)
  }

  /** Lets the process go on by itself. @returns all lines */
  async detach(): Promise<string[]> {
    await this.#end()
    const lines = this.lines
    this.#remove()
    return lines
  }

  async #end(): Promise<void> {
    if (!this.strace.pid || this.strace.exitCode !== null || this.strace.signalCode !== null) return
    const ended = once(this.strace, 'exit')
    this.strace.kill('SIGINT')
    await ended
  }

  #remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Why no process can be traced here, or null when it can. */
export async function whyNoTrace(): Promise<string | null> {
  const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' })
  try {
    await once(sleeper, 'spawn')
    const trace = await Trace.attach(sleeper.pid ?? 0, ['-e', 'trace=none'])
    await trace.detach()
    return null
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'there is no strace here' : message
  } finally {
    sleeper.kill()
  }
}

async function untilAttached(strace: ChildProcess): Promise<void> {
  let said = ''
  let timer: NodeJS.Timeout | undefined
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(new Error(`strace did not attach: ${said.trim().split('\n')[0]}`))
    strace.stderr?.on('data', (bytes) => {
      said += bytes
      if (attached.test(said)) resolve()
    })
    strace.once('error', reject)
    strace.once('close', fail)
    timer = setTimeout(fail, attachLimitMs)
  }).finally(() => clearTimeout(timer))
}
