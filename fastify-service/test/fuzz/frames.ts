import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import { newId } from '@meeshy/shared/ids'
import fc from 'fast-check'
import { errorLines } from '../protocol/run-case.js'
import { startTestGateway } from '../support.js'
import type { Known } from './arbitrary.js'
import { type FrameDraft, frameDrafts, toBytes } from './frame-drafts.js'
import { Lane } from './frame-lane.js'
import { highestRates } from './fuzz.js'
import { type Caller, callers, people, World } from './world.js'

const draftsAtOnce = 500
const repeatsOneIn = 4
const mebibyte = 1024 * 1024

export interface FrameReport {
  /** How often each type ended in each way. */
  outcomes: Record<string, Record<string, number>>
  /** What was wrong, with all that repeats it. */
  findings: string[]
  framesPerSecond: number
}

/** A gateway under random frames. */
export class FrameFuzz {
  readonly #drafts = frameDrafts()
  readonly #lanes = new Map<Caller, Lane>()

  private constructor(readonly world: World) {}

  static async start(): Promise<FrameFuzz> {
    const limits = { SOCKET_AUTHENTICATION_MS: '600000', SOCKET_HEARTBEAT_MS: '600000', LOG_LEVEL: 'warn' }
    return new FrameFuzz(new World(await startTestGateway({ ...highestRates(), ...limits })))
  }

  /** Sends so many drafts, those of each caller one after the other. The same seed makes the same drafts. */
  async run({ frames, seed }: { frames: number; seed: number }): Promise<FrameReport> {
    const report: FrameReport = { outcomes: {}, findings: [], framesPerSecond: 0 }
    const began = performance.now()
    for (let first = 0; first < frames; first += draftsAtOnce) {
      await this.world.repair('/api/messages')
      const numRuns = Math.min(draftsAtOnce, frames - first)
      const drafts = fc.sample(this.#drafts, { numRuns, seed: seed + first })
      const lanes = [...new Set(callers)].map((caller) => {
        const theirs = drafts.filter((draft) => draft.caller === caller)
        return this.#send(caller, theirs, report)
      })
      await Promise.all(lanes)
      this.#lookAtLog(report)
    }
    report.framesPerSecond = Math.round((frames * 1000) / (performance.now() - began))
    return report
  }

  /** What the process holds when everything that can be is collected, in MiB. */
  memory(): { rss: number; heap: number } {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    const { rss, heapUsed } = process.memoryUsage()
    return { rss: Math.round(rss / mebibyte), heap: Math.round(heapUsed / mebibyte) }
  }

  async close(): Promise<void> {
    for (const lane of this.#lanes.values()) lane.leave()
    await this.world.gateway.close()
  }

  async #send(caller: Caller, drafts: FrameDraft[], report: FrameReport): Promise<void> {
    for (const draft of drafts) {
      const bytes = toBytes(draft, this.#find)
      try {
        const { outcome, answers } = await this.#laneOf(caller).send(bytes)
        this.#count(report, draft, outcome)
        if (draft.type === 'message.send') this.#learn(answers)
      } catch (error) {
        this.#laneOf(caller).leave()
        this.#count(report, draft, 'WRONG')
        const shown = `${bytes.length} bytes ${bytes.toString('base64').slice(0, 2_000)}`
        report.findings.push(`${draft.type} by ${caller}, ${draft.level}: ${(error as Error).message}\n${shown}`)
      }
    }
  }

  /** Only from what was stored: the other answers repeat ids that may be nobody's. */
  #learn(answers: ServerFrame[]): void {
    for (const answer of answers) if (answer.type === 'ack' && answer.ok) this.world.learn('/api/messages', answer.data)
  }

  #count({ outcomes }: FrameReport, { type, level }: FrameDraft, outcome: string): void {
    for (const name of [type, `(all of ${level})`]) {
      const counts = outcomes[name] ?? {}
      outcomes[name] = counts
      counts[outcome] = (counts[outcome] ?? 0) + 1
    }
  }

  #laneOf(caller: Caller): Lane {
    const lane = this.#lanes.get(caller) ?? new Lane(this.world.gateway.url, () => this.#tokenOf(caller))
    this.#lanes.set(caller, lane)
    return lane
  }

  /** A forged token would be refused with the upgrade: who has none signs in by frame, or not at all. */
  #tokenOf(caller: Caller): string | undefined {
    return caller === 'forger' ? undefined : (this.world.tokenOf(caller) ?? undefined)
  }

  readonly #find = (known: Known): string => {
    if (known.name === 'epoch') return this.world.gateway.context.messaging.epoch ?? ''
    if (known.name === 'token') return this.world.tokenOf(people[known.pick % people.length] ?? 'owner') ?? ''
    // Mostly a fresh one, or nearly every send would be a repeat.
    if (known.name === 'clientMessageId' && known.pick % repeatsOneIn !== 0) return newId()
    return this.world.find(known)
  }

  #lookAtLog({ findings }: FrameReport): void {
    const { lines, messaging } = this.world.gateway
    findings.push(...errorLines(lines))
    lines.length = 0
    messaging.calls.length = 0
  }
}
