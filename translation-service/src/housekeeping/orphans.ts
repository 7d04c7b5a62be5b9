import type { TranslationDatabase } from '../store/database.js'
import { findOrphans, promiseConversationErasure } from '../store/erasures.js'

export interface OrphanTools {
  database: TranslationDatabase
  /** Called after an erasure was promised. */
  promised: () => void
}

/**
 * Promises to erase the conversations that no longer exist: the gateway may have died after it deleted one, before it
 * could ask for that.
 */
export async function promiseOrphans({ database, promised }: OrphanTools, signal: AbortSignal): Promise<void> {
  for (let after: string | null = ''; after !== null && !signal.aborted; ) {
    const { orphans, next } = await findOrphans(database, after)
    for (const conversationId of orphans) {
      await database.write((sql) => promiseConversationErasure(sql, conversationId))
    }
    if (orphans.length > 0) promised()
    after = next
  }
}
