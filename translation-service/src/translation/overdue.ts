import type { Logger } from '@meeshy/shared/logging'
import type { Feed } from '../events/feed.js'
import type { TranslationDatabase } from '../store/database.js'
import { failOverdue } from '../store/pending.js'

/** Leaves room for the last check within the minute that is promised. */
const longestWaitMs = 56_000
const checkIntervalMs = 2_000

interface OverdueTools {
  database: TranslationDatabase
  feed: Feed
  log: Logger
}

/**
 * Lets translations fail that have waited for a minute, so that their readers know: they are asked for again when
 * somebody looks. What a former run left has its minute from this start on.
 */
export class Overdue {
  readonly #startedAt = Date.now()
  readonly #timer: NodeJS.Timeout
  #checking: Promise<void> | null = null

  constructor(private readonly tools: OverdueTools) {
    this.#timer = setInterval(() => void this.check(), checkIntervalMs)
  }

  /** Looks once, unless it is looking; `now` is in milliseconds since 1970. */
  async check(now = Date.now()): Promise<void> {
    const since = now - longestWaitMs
    if (since < this.#startedAt) return
    this.#checking ??= this.#failAll(since).finally(() => {
      this.#checking = null
    })
    await this.#checking
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#checking
  }

  async #failAll(since: number): Promise<void> {
    const { database, feed, log } = this.tools
    try {
      for (;;) {
        const count = await database.write((sql) => failOverdue(sql, since))
        if (count === 0) return
        log.warn('translations have waited too long', { count })
        feed.notify()
      }
    } catch (error) {
      log.warn('overdue translations could not be given up', { error })
    }
  }
}
