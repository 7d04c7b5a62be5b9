import type { Logger } from '@meeshy/shared/logging'
import { LRUCache } from 'lru-cache'
import type { TranslationDatabase } from '../store/database.js'
import { readHistory } from '../store/messages.js'
import { readMember } from '../store/permissions.js'
import { priorities } from '../store/priorities.js'
import { lackedBy, requestLacking } from './lacking.js'
import type { TranslationQueue } from './queue.js'

/** Older messages that are made ready for one reader's language after they looked at a page. */
const budgetPerLook = 500
const pageSize = 20
/** Pages are asked for only while so little waits that nobody else waits longer for it. */
const quietQueueSize = 8
const checkIntervalMs = 250
const jobsLimit = 1_000
const restAfterMs = 600_000

interface BackfillTools {
  database: TranslationDatabase
  queue: TranslationQueue
  log: Logger
}

interface Job {
  conversationId: string
  userId: string
  /** Messages before this number are still to be looked at. */
  before: number
  left: number
}

/**
 * The older pages of a conversation, translated in the background for readers who may turn to them: page by page,
 * backwards, within a budget, and only while the queue is quiet. Rows are written when a page's turn comes, so what is
 * given up leaves nothing behind; the next look at the conversation starts again.
 */
export class Backfill {
  /** By conversation and language: readers of one language share the work. */
  readonly #jobs = new Map<string, Job>()
  readonly #rested: LRUCache<string, true> = new LRUCache({ max: jobsLimit, ttl: restAfterMs })
  readonly #timer: NodeJS.Timeout
  #working: Promise<void> | null = null

  constructor(private readonly tools: BackfillTools) {
    this.#timer = setInterval(() => this.#wake(), checkIntervalMs).unref()
  }

  /** Goes on where this page of a reader ends. */
  add(conversationId: string, userId: string, language: string, before: number): void {
    const key = `${conversationId} ${language}`
    if (before <= 1 || this.#jobs.has(key) || this.#rested.has(key) || this.#jobs.size >= jobsLimit) return
    this.#jobs.set(key, { conversationId, userId, before, left: budgetPerLook })
  }

  /** Stops after the page under way. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#jobs.clear()
    await this.#working
  }

  #wake(): void {
    const [next] = this.#jobs
    if (!next || this.#working || this.tools.queue.size >= quietQueueSize) return
    this.#working = this.#work(...next).finally(() => {
      this.#working = null
    })
  }

  async #work(key: string, job: Job): Promise<void> {
    try {
      // The others have their turn before the next page of this one.
      this.#jobs.delete(key)
      const progress = await this.#fillPage(job)
      if (progress === 'goes_on') this.#jobs.set(key, job)
      if (progress === 'done') this.#rested.set(key, true)
    } catch (error) {
      this.tools.log.warn('older messages could not be looked at', { conversationId: job.conversationId, error })
    }
  }

  /** What is given up is started again by the next look, of this reader or of another one of the language. */
  async #fillPage(job: Job): Promise<'goes_on' | 'done' | 'given_up'> {
    const { database } = this.tools
    const { conversationId, userId, before } = job
    const member = await readMember(database, conversationId, userId)
    if (!member) return 'given_up'
    const { reader } = member
    const page = { conversationId, before, limit: pageSize, translations: reader.language }
    const { messages, hasMore } = await readHistory(database, page)
    const asked = await requestLacking(this.tools, lackedBy(reader, messages), reader, priorities.background)
    if (!asked) return 'given_up'
    job.before = messages[0]?.seq ?? 1
    job.left -= messages.length
    return hasMore && job.left > 0 ? 'goes_on' : 'done'
  }
}
