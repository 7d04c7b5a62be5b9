import { statSync } from 'node:fs'
import { CheckpointThread } from '@meeshy/shared/database/checkpoint-thread'
import type { Logger } from '@meeshy/shared/logging'
import { Chore } from './chore.js'

const lookEveryMs = 1_000
/** About 1,000 pages. */
const bytesLimit = 4 * 1024 * 1024
/** A thread that ended by an error is started again after this. */
const restMs = 5_000
/** Half of the minute that is promised. */
const patienceMs = 30_000

interface LogTools {
  /** The database file. */
  file: string
  log: Logger
}

/**
 * Keeps SQLite's write-ahead log small, and frees it of what was erased: old pages stand in it until it is cut to
 * nothing, which others who read or write can put off.
 */
export class WriteAheadLog {
  readonly #chore: Chore
  #thread: CheckpointThread | null = null
  /** Since when the log should be empty. At the start, because of what a former run has erased. */
  #dueSince: number | null = performance.now()
  #restsUntil = 0
  #complained = false

  constructor(private readonly tools: LogTools) {
    this.#chore = new Chore({ everyMs: lookEveryMs, work: () => this.#look(), failed: (error) => this.#failed(error) })
  }

  start(): void {
    this.#chore.wake()
  }

  /** Something was erased: one of the next looks empties the log. */
  noteErased(): void {
    this.#dueSince ??= performance.now()
  }

  /** Takes a last look. */
  async close(): Promise<void> {
    await this.#chore.close()
    await this.#look().catch((error) => this.#failed(error))
    await this.#thread?.close()
  }

  async #look(): Promise<void> {
    if (this.#dueSince === null && this.#size() < bytesLimit) return
    if (performance.now() < this.#restsUntil) return
    const dueSince = this.#dueSince ?? performance.now()
    // What is erased from here on may come too late for this time.
    this.#dueSince = null
    let emptied = false
    try {
      this.#thread ??= new CheckpointThread(this.tools.file)
      emptied = await this.#thread.emptyLog()
    } finally {
      if (!emptied) this.#dueSince = dueSince
      this.#complain(emptied ? 0 : performance.now() - dueSince)
    }
  }

  #size(): number {
    return statSync(`${this.tools.file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  }

  #failed(error: unknown): void {
    this.#thread = null
    this.#restsUntil = performance.now() + restMs
    this.tools.log.error('the write-ahead log could not be emptied', { error })
  }

  /** Once, until it has gone well again. */
  #complain(lateMs: number): void {
    const late = lateMs > patienceMs
    if (late && !this.#complained) {
      this.tools.log.warn('somebody keeps the write-ahead log from being emptied', { bytes: this.#size() })
    }
    this.#complained = late
  }
}
