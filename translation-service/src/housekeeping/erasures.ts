import { DatabaseUnavailable } from '@meeshy/shared/database/sql'
import type { Logger } from '@meeshy/shared/logging'
import type { Feed } from '../events/feed.js'
import type { TranslationDatabase } from '../store/database.js'
import { type Erasure, eraseSome, nextErasure } from '../store/erasures.js'
import type { TranslationMemory } from '../translation/memory.js'
import { unhurried } from './unhurried.js'

/** After this many an erasure lets the others have their turn: a large one does not make small ones late. */
const piecesInTurn = 40

export interface ErasureTools {
  database: TranslationDatabase
  memory: TranslationMemory
  feed: Feed
  log: Logger
  /** Called after every piece. */
  erased: () => void
}

/** Where user erasures go on, by their user. */
type Places = Map<string, string>

/** Does what was promised, in pieces, until there is nothing left; what fails is left for another time. */
export async function keepPromises(tools: ErasureTools, signal: AbortSignal): Promise<void> {
  const places: Places = new Map()
  while (await giveTurns(tools, places, signal)) {}
}

/** Gives every erasure a turn. @returns whether one of them has to go on */
async function giveTurns(tools: ErasureTools, places: Places, signal: AbortSignal): Promise<boolean> {
  const { database, log } = tools
  let goOn = false
  let erasure = await nextErasure(database, null)
  for (; erasure && !signal.aborted; erasure = await nextErasure(database, erasure)) {
    try {
      if (!(await takeTurn(tools, erasure, places, signal))) goOn = true
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error
      log.error('an erasure failed', { ...erasure, error })
    }
  }
  return goOn && !signal.aborted
}

/** @returns whether the erasure is done */
async function takeTurn(
  { database, memory, feed, log, erased }: ErasureTools,
  erasure: Erasure,
  places: Places,
  signal: AbortSignal,
): Promise<boolean> {
  const { kind, subjectId } = erasure
  const key = `${kind} ${subjectId}`
  let done = false
  for (let pieces = 0; pieces < piecesInTurn && !done && !signal.aborted; pieces += 1) {
    const piece = await unhurried(signal, () => database.write((sql) => eraseSome(sql, erasure, places.get(key) ?? '')))
    memory.forget(piece.forgotten)
    feed.notify()
    erased()
    places.set(key, piece.place)
    done = piece.done
  }
  if (done) {
    places.delete(key)
    log.info('erased as promised', { kind, subjectId })
  }
  return done
}
