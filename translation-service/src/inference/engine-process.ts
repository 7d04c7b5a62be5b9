import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FromEngine, ToEngine } from './engine-protocol.js'

/** The engine opens files that came from outside: of the environment it gets what Node needs, and no secret. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_ENV', 'NODE_OPTIONS', 'LD_LIBRARY_PATH']
const END_LIMIT_MS = 1_000
/** As a flag's whole value, or as the path of its loader; a folder that merely has the name in it is another matter. */
const TSX = /(?:^|=)tsx$|[/\\]tsx[/\\]dist[/\\]/

export interface EngineProcessOptions {
  execArgv: readonly string[]
  onMessage(message: FromEngine): void
  /** Called exactly once, also when the process could not be started. */
  onExit(exit: { code: number | null; signal: string | null }): void
}

/** One life of the engine's process. */
export class EngineProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<void>

  constructor({ execArgv, onMessage, onExit }: EngineProcessOptions) {
    this.#child = fork(entry(), [], {
      execArgv: [...execArgv],
      env: Object.fromEntries(INHERITED.map((name) => [name, process.env[name]])),
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child.on('message', onMessage)
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve(onExit({ code, signal })))
      this.#child.once('error', () => {
        if (this.#child.pid === undefined) resolve(onExit({ code: null, signal: null }))
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** A message to a process that is just ending is dropped: its exit rejects whatever waits for an answer. */
  send(message: ToEngine): void {
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Asks the process to end, and kills it if it has not within a second. Resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    const timer = setTimeout(() => this.kill(), END_LIMIT_MS)
    await this.#exited
    clearTimeout(timer)
  }
}

/** The flags with which the engine understands its own source: those of this process, and tsx for TypeScript. */
export function defaultExecArgv(): string[] {
  const own = inheritable(process.execArgv)
  const fromSource = extname(import.meta.url) === '.ts' && !own.some((flag) => TSX.test(flag))
  return fromSource ? [...own, '-C', '@meeshy/source', '--import', 'tsx'] : own
}

/** Without what belongs to this process alone: its debugger's port, and a script given on the command line. */
function inheritable(flags: readonly string[]): string[] {
  const script = flags.findIndex((flag) => /^(?:-e|-p|-pe|--eval|--print)$/.test(flag))
  const others = script === -1 ? flags : flags.filter((_, index) => index !== script && index !== script + 1)
  return others.filter((flag) => !/^--(?:inspect|input-type|eval=|print=)/.test(flag))
}

function entry(): string {
  return fileURLToPath(new URL(`./engine${extname(import.meta.url)}`, import.meta.url))
}
