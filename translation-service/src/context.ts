import type { Logger } from '@meeshy/shared/logging'
import type { Config } from './config.js'
import type { Feed } from './events/feed.js'
import type { Housekeeping } from './housekeeping/housekeeping.js'
import type { TranslationModel } from './models/model.js'
import type { TranslationDatabase } from './store/database.js'
import type { Backfill } from './translation/backfill.js'
import type { TranslationMemory } from './translation/memory.js'
import type { TranslationQueue } from './translation/queue.js'
import type { Slots } from './translation/slots.js'

/** Everything reachable from an rpc, and nothing else is. */
export interface Context {
  config: Config
  log: Logger
  database: TranslationDatabase
  /** The event log as subscribers read it. */
  feed: Feed
  /** Messages that wait for their translations. */
  queue: TranslationQueue
  /** Older messages whose turn comes when the queue is quiet. */
  backfill: Backfill
  memory: TranslationMemory
  /** How many may wait for a translation at once: of a text, and of a message. */
  slots: { previews: Slots; demands: Slots }
  /** Keeps promises to erase, and the log and the files bounded. */
  housekeeping: Housekeeping
  /** Every known model, in order of preference; some may be absent or broken. */
  models: readonly TranslationModel[]
  /** Key of the hash that recognises a repeated message. */
  contentKey: string
  /** Whether calls are taken: after everything has started, until the first moment of stopping. */
  state: { ready: boolean }
}
