import { inFolder } from '../lib/durability/folder.js'
import { Random } from '../lib/random.js'
import type { Attempts } from './attempts.js'
import { countInjected } from './calls.js'
import { Scene } from './scene.js'
import { Trace } from './trace.js'
import { type Outcome, survive } from './trouble.js'

/** A call of the system that fails, on one of the database's files. */
export interface Fault {
  calls: string
  error: string
  file: 'log' | 'database'
  /** The first call that fails is one of so many. */
  among: number
}

/** The database file itself is written and synced by checkpoints, the log by commits; checkpoints cut it off, too. */
export const faults: readonly Fault[] = [
  { calls: 'fsync,fdatasync', error: 'EIO', file: 'log', among: 8 },
  { calls: 'fsync,fdatasync', error: 'ENOSPC', file: 'log', among: 8 },
  { calls: 'pwrite64', error: 'EIO', file: 'log', among: 60 },
  { calls: 'pwrite64', error: 'ENOSPC', file: 'log', among: 60 },
  { calls: 'ftruncate', error: 'EIO', file: 'log', among: 1 },
  { calls: 'fsync,fdatasync', error: 'EIO', file: 'database', among: 1 },
  { calls: 'pwrite64', error: 'EIO', file: 'database', among: 5 },
  { calls: 'pwrite64', error: 'ENOSPC', file: 'database', among: 5 },
]

/** What every author asks for at least, while the calls fail. */
const requestsOfEach = 12
/** How long to wait for a call that fails: a checkpoint begins within a second after an edit or a deletion. */
const injectionLimitMs = 10_000

export interface InjectedOutcome extends Outcome {
  fault: Fault
  /** The calls that were made to fail, as strace counts them: "5", "5..7", "5+". */
  when: string
  /** Calls that were made to fail. */
  injected: number
}

export interface InjectedOptions {
  faults: readonly Fault[]
  /** Of the calls that fail, and of what is sent. */
  seed: number
  /** Called after each round, with its number. */
  onRound?: (round: number) => void
}

/** Lets calls of the system fail, one fault after the other: from a random call on, once, three times, or always. */
export async function runInjectedErrors({ faults, seed, onRound }: InjectedOptions): Promise<InjectedOutcome[]> {
  return inFolder(async (folder) => {
    const random = new Random(seed)
    const scene = await Scene.prepare(folder, random)
    const outcomes: InjectedOutcome[] = []
    try {
      for (const fault of faults) {
        outcomes.push(await runRound(scene, fault, random))
        onRound?.(outcomes.length)
      }
    } finally {
      await scene.kill()
    }
    return outcomes
  })
}

async function runRound(scene: Scene, fault: Fault, random: Random): Promise<InjectedOutcome> {
  const { calls, error, file, among } = fault
  const first = random.integer(1, among)
  const when = `${first}${random.pick(['', `..${first + 2}`, '+'])}`
  const { service } = scene
  const path = file === 'log' ? service.walFile : service.databaseFile
  const injection = `inject=${calls}:error=${error}:when=${when}`
  let injected = 0
  const outcome = await survive(scene, async (attempts) => {
    const options = ['-s', '32', '-P', path, '-e', `trace=${calls}`, '-e', injection]
    const trace = await Trace.attach(service.process.pid, options)
    injected = await writeUnder(trace, scene, attempts)
  })
  return { ...outcome, fault, when, injected }
}

/** Everybody writes until calls have failed. @returns how many have */
async function writeUnder(trace: Trace, { authors, client }: Scene, attempts: Attempts): Promise<number> {
  const end = performance.now() + injectionLimitMs
  const hasFailed = () => countInjected(trace.lines) > 0
  for (let made = 0; made < requestsOfEach || !(hasFailed() || performance.now() > end); made += 1) {
    await Promise.all(authors.map((author) => attempts.make(author.next(), client)))
  }
  return countInjected(await trace.detach())
}
