import { createHash } from 'node:crypto'
import type { Language } from '@meeshy/shared/languages'
import type { Logger } from '@meeshy/shared/logging'
import { LRUCache } from 'lru-cache'
import type { TranslationModel } from '../models/model.js'
import type { TranslationDatabase } from '../store/database.js'
import { type MemoryEntry, readEntries, rememberText } from '../store/memory.js'
import type { Failed, Outcome, Ready, Skipped, TranslatedText } from '../store/outcome.js'
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

/** What a computation says of one language. */
export type Computed = (TranslatedText & { status: 'ready' }) | Skipped | Failed

/**
 * The translation memory: every text is computed once for each language and model, for all messages and callers.
 * Level 1 is in memory, level 2 a table; callers who ask for what is being computed wait for that computation. An entry
 * reaches the table with the message that shows it, in one transaction, or by `remember`.
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

  /** When an entry that is made now expires, in milliseconds since 1970. */
  get expiresAt(): number {
    return Date.now() + this.ttlSeconds * 1000
  }

  /** What is known of a text already. */
  lookUp(request: TextRequest, model: TranslationModel): Promise<Outcomes> {
    return this.#lookUp(request, memoryKeys(request, model))
  }

  /** Looks a text up and computes what is missing, once for all who ask for it at the same time. */
  async resolve(
    request: TextRequest,
    model: TranslationModel,
    compute: (missing: Language[]) => Promise<Map<Language, Computed>>,
  ): Promise<Outcomes> {
    const { source } = request
    const keys = memoryKeys(request, model)
    const outcomes = await this.#lookUp(request, keys)
    const missing = [...keys].filter(([target]) => !outcomes.has(target))
    for (const [target] of missing) this.stats.missed(source, target)
    const fresh = missing.filter(([, key]) => !this.#running.has(key))
    if (fresh.length > 0) {
      const computed = compute(fresh.map(([target]) => target))
      for (const [target, key] of fresh) this.#share(key, computed, target)
    }
    const waiting = missing.map(async ([target, key]) => [target, await this.#running.get(key)] as const)
    for (const [target, outcome] of await Promise.all(waiting)) if (outcome) outcomes.set(target, outcome)
    return outcomes
  }

  /** Writes down what no message will. What could not be remembered is computed again some day. */
  async remember(source: Language, outcomes: Outcomes): Promise<void> {
    const { expiresAt } = this
    const entries = [...outcomes].flatMap(([target, outcome]) =>
      outcome.status === 'ready' && !outcome.cached ? [toEntry(source, target, outcome, expiresAt)] : [],
    )
    if (entries.length === 0) return
    try {
      await this.database.write(async (sql) => {
        for (const entry of entries) await rememberText(sql, entry)
      })
    } catch (error) {
      this.log.warn('translations could not be remembered', { count: entries.length, error })
    }
  }

  /** Drops entries that are gone from the table. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#level1.delete(key)
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
      this.#hit(found, source, target, key, entry, 'level2')
    }
    // A computation may have ended while the table was asked.
    this.#recall(source, keys, found)
    return found
  }

  /** Adds what level 1 has. */
  #recall(source: Language, keys: MemoryKeys, found: Outcomes): void {
    for (const [target, key] of keys) {
      const entry = found.has(target) ? undefined : this.#level1.get(key)
      if (entry) this.#hit(found, source, target, key, entry, 'level1')
    }
  }

  #hit(
    found: Outcomes,
    source: Language,
    target: Language,
    memoryKey: string,
    { text, model, confidence }: MemoryEntry,
    level: 'level1' | 'level2',
  ): void {
    found.set(target, { status: 'ready', text, model, confidence, cached: true, memoryKey })
    this.stats.hit(source, target, level)
  }

  #keep(key: string, entry: MemoryEntry): void {
    this.#level1.set(key, entry, { ttl: Math.max(1, entry.expiresAt - Date.now()) })
  }

  #share(memoryKey: string, computed: Promise<Map<Language, Computed>>, target: Language): void {
    const outcome = computed.then((results): Outcome => {
      const result = results.get(target) ?? lost
      if (result.status !== 'ready') return result
      const { text, model, confidence } = result
      this.#keep(memoryKey, { text, model, confidence, expiresAt: this.expiresAt })
      return { ...result, cached: false, memoryKey }
    })
    this.#running.set(memoryKey, outcome)
    void outcome.catch(() => undefined).finally(() => this.#running.delete(memoryKey))
  }
}

const lost: Failed = { status: 'failed', reason: 'no_answer', retriable: true }

function toEntry(source: Language, target: Language, { text, model, confidence, memoryKey }: Ready, expiresAt: number) {
  return { key: memoryKey, source, target, text, model, confidence, expiresAt }
}

type MemoryKeys = ReadonlyMap<Language, string>

/** One key for each target. The text is hashed exactly as it is: "US" and "us" are two texts. */
function memoryKeys({ text, source, targets }: TextRequest, model: TranslationModel): MemoryKeys {
  const known = JSON.stringify([pipelineVersion, model.name, model.revision, source, text])
  return new Map(
    targets.map((target) => [target, createHash('sha256').update(target).update(known).digest('base64url')]),
  )
}
