import { createHash } from 'node:crypto'
import type { Language } from '@meeshy/shared/languages'
import type { Logger } from '@meeshy/shared/logging'
import { LRUCache } from 'lru-cache'
import type { TranslationModel } from '../models/model.js'
import type { TranslationDatabase } from '../store/database.js'
import { type MemoryEntry, readEntries, writeEntries } from '../store/memory.js'
import type { Outcome } from '../store/outcome.js'
import { MemoryStats } from './memory-stats.js'

/** Grows when spans, sentences or gates change what comes out for the same text and model. */
const pipelineVersion = 1

const maxEntries = 100_000
const maxBytes = 64 * 1024 * 1024

/** A text to be written in several languages. */
export interface TextRequest {
  text: string
  source: Language
  targets: readonly Language[]
}

export type Outcomes = Map<Language, Outcome>

/**
 * The translation memory: every text is computed once for each language and model, for all messages and callers.
 * Level 1 is in memory, level 2 a table; callers who ask for what is being computed wait for that computation.
 */
export class TranslationMemory {
  readonly stats = new MemoryStats()
  readonly #level1: LRUCache<string, MemoryEntry>
  readonly #running = new Map<string, Promise<Outcome>>()

  constructor(
    private readonly database: TranslationDatabase,
    private readonly ttlSeconds: number,
    private readonly log: Logger,
  ) {
    this.#level1 = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: (entry, key) => 2 * (entry.text.length + entry.model.length + key.length) + 64,
      disposeAfter: (_entry, _key, reason) => this.stats.disposed(reason),
    })
  }

  /** What is known of a text already. */
  lookUp(request: TextRequest, model: TranslationModel): Promise<Outcomes> {
    return this.#lookUp(request, memoryKeys(request, model))
  }

  /** Looks a text up and computes what is missing, once for all who ask for it at the same time. */
  async resolve(
    request: TextRequest,
    model: TranslationModel,
    compute: (missing: Language[]) => Promise<Outcomes>,
  ): Promise<Outcomes> {
    const { source } = request
    const keys = memoryKeys(request, model)
    const outcomes = await this.#lookUp(request, keys)
    const missing = [...keys].filter(([target]) => !outcomes.has(target))
    for (const [target] of missing) this.stats.missed(source, target)
    const fresh = missing.filter(([, key]) => !this.#running.has(key))
    if (fresh.length > 0) {
      const computed = compute(fresh.map(([target]) => target)).then((results) => this.#store(source, keys, results))
      for (const [target, key] of fresh) this.#share(key, computed, target)
    }
    const waiting = missing.map(async ([target, key]) => [target, await this.#running.get(key)] as const)
    for (const [target, outcome] of await Promise.all(waiting)) if (outcome) outcomes.set(target, outcome)
    return outcomes
  }

  /** Entries and bytes in memory. */
  get size(): { entries: number; bytes: number } {
    return { entries: this.#level1.size, bytes: this.#level1.calculatedSize }
  }

  async #lookUp({ source }: TextRequest, keys: MemoryKeys): Promise<Outcomes> {
    const found: Outcomes = new Map()
    this.#recall(source, keys, found)
    const unknown = [...keys].filter(([target]) => !found.has(target))
    if (unknown.length === 0) return found
    const stored = await readEntries(
      this.database,
      unknown.map(([, key]) => key),
    )
    for (const [target, key] of unknown) {
      const entry = stored.get(key)
      if (!entry) continue
      this.#keep(key, entry)
      this.#hit(found, source, target, entry, 'level2')
    }
    // A computation may have ended while the table was asked.
    this.#recall(source, keys, found)
    return found
  }

  /** Adds what level 1 has. */
  #recall(source: Language, keys: MemoryKeys, found: Outcomes): void {
    for (const [target, key] of keys) {
      const entry = found.has(target) ? undefined : this.#level1.get(key)
      if (entry) this.#hit(found, source, target, entry, 'level1')
    }
  }

  #hit(found: Outcomes, source: Language, target: Language, entry: MemoryEntry, level: 'level1' | 'level2'): void {
    const { text, model, confidence } = entry
    found.set(target, { status: 'ready', text, model, confidence, cached: true })
    this.stats.hit(source, target, level)
  }

  #keep(key: string, entry: MemoryEntry): void {
    this.#level1.set(key, entry, { ttl: Math.max(1, entry.expiresAt.getTime() - Date.now()) })
  }

  #share(key: string, computed: Promise<Outcomes>, target: Language): void {
    const outcome = computed.then((results) => results.get(target) ?? lost)
    this.#running.set(key, outcome)
    void outcome.catch(() => undefined).finally(() => this.#running.delete(key))
  }

  async #store(source: Language, keys: MemoryKeys, results: Outcomes): Promise<Outcomes> {
    const expiresAt = new Date(Date.now() + this.ttlSeconds * 1000)
    const entries = [...results].flatMap(([target, outcome]) => {
      const key = keys.get(target)
      if (outcome.status !== 'ready' || key === undefined) return []
      const { text, model, confidence } = outcome
      return [{ key, source, target, text, model, confidence, expiresAt }]
    })
    for (const { key, ...entry } of entries) this.#keep(key, entry)
    try {
      if (entries.length > 0) await this.database.write((tables) => writeEntries(tables, entries))
    } catch (error) {
      // What could not be remembered is computed again some day; whoever waits for it gets it now.
      this.log.warn('translations could not be remembered', { count: entries.length, error })
    }
    return results
  }
}

const lost: Outcome = { status: 'failed', reason: 'no_answer', retriable: true }

type MemoryKeys = ReadonlyMap<Language, string>

/** One key for each target. The text is hashed exactly as it is: "US" and "us" are two texts. */
function memoryKeys({ text, source, targets }: TextRequest, model: TranslationModel): MemoryKeys {
  const known = JSON.stringify([pipelineVersion, model.name, model.revision, source, text])
  return new Map(
    targets.map((target) => [target, createHash('sha256').update(target).update(known).digest('base64url')]),
  )
}
