import { databaseFile } from '@meeshy/shared/database/url'
import type { Logger } from '@meeshy/shared/logging'
import type { Feed } from '../events/feed.js'
import type { TranslationDatabase } from '../store/database.js'
import type { TranslationMemory } from '../translation/memory.js'
import { Chore } from './chore.js'
import { keepPromises } from './erasures.js'
import { promiseOrphans } from './orphans.js'
import { removeOutdated } from './retention.js'
import { WriteAheadLog } from './write-ahead-log.js'

/** Also how soon an erasure that failed is tried again. */
const erasuresEveryMs = 10_000
const orphansEveryMs = 3_600_000
const retentionEveryMs = 600_000

export interface HousekeepingTools {
  database: TranslationDatabase
  /** Where the database is: the URL of its file. */
  url: string
  memory: TranslationMemory
  feed: Feed
  /** How long events are kept. */
  retentionDays: number
  log: Logger
}

/** Keeps promises to erase, and the log and the files bounded. All of it begins at the start, whatever a crash left. */
export class Housekeeping {
  readonly #writeAheadLog: WriteAheadLog
  readonly #erasures: Chore
  readonly #orphans: Chore
  readonly #retention: Chore

  constructor({ url, log, ...tools }: HousekeepingTools) {
    const erased = () => this.noteErased()
    const promised = () => this.notePromised()
    const chore = (name: string, everyMs: number, work: (signal: AbortSignal) => Promise<void>) =>
      new Chore({ everyMs, work, failed: (error) => log.error('housekeeping failed', { chore: name, error }) })
    this.#writeAheadLog = new WriteAheadLog({ file: databaseFile(url), log })
    this.#erasures = chore('erasures', erasuresEveryMs, (signal) => keepPromises({ ...tools, log, erased }, signal))
    this.#orphans = chore('orphans', orphansEveryMs, (signal) => promiseOrphans({ ...tools, promised }, signal))
    this.#retention = chore('retention', retentionEveryMs, (signal) => removeOutdated({ ...tools, erased }, signal))
  }

  /** Words were erased: they leave the write-ahead log soon. */
  noteErased(): void {
    this.#writeAheadLog.noteErased()
  }

  /** An erasure was promised: it begins now. */
  notePromised(): void {
    this.#erasures.wake()
  }

  start(): void {
    this.#writeAheadLog.start()
    for (const chore of this.#chores()) chore.wake()
  }

  /** Ends with what is under way; the next start goes on. */
  async close(): Promise<void> {
    await Promise.all(this.#chores().map((chore) => chore.close()))
    await this.#writeAheadLog.close()
  }

  #chores(): Chore[] {
    return [this.#erasures, this.#orphans, this.#retention]
  }
}
