import type { Logger } from '@meeshy/shared/logging'
import type { Config } from './config.js'
import type { Feed } from './events/feed.js'
import type { TranslationModel } from './models/model.js'
import type { TranslationDatabase } from './store/database.js'
import type { TranslationMemory } from './translation/memory.js'
import type { PreviewSlots } from './translation/preview.js'
import type { TranslationQueue } from './translation/queue.js'

/** Everything reachable from an rpc, and nothing else is. */
export interface Context {
  config: Config
  log: Logger
  database: TranslationDatabase
  /** The event log as subscribers read it. */
  feed: Feed
  /** Messages that wait for their translations. */
  queue: TranslationQueue
  memory: TranslationMemory
  /** How many previews may run at once. */
  previews: PreviewSlots
  /** Every known model, in order of preference; some may be absent or broken. */
  models: readonly TranslationModel[]
  /** Key of the hash that recognises a repeated message. */
  contentKey: string
  /** Whether calls are taken: after everything has started, until the first moment of stopping. */
  state: { ready: boolean }
}
