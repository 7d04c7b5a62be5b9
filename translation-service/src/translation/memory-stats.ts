import type { Language } from '@meeshy/shared/languages'

interface Counts {
  hits: number
  misses: number
}

/** Live figures of the translation memory since the service started. */
export class MemoryStats {
  readonly since = new Date()
  #level1Hits = 0
  #level2Hits = 0
  #misses = 0
  #evictions = 0
  readonly #pairs = new Map<string, Counts>()

  hit(source: Language, target: Language, level: 'level1' | 'level2'): void {
    if (level === 'level1') this.#level1Hits += 1
    else this.#level2Hits += 1
    this.#pair(source, target).hits += 1
  }

  missed(source: Language, target: Language): void {
    this.#misses += 1
    this.#pair(source, target).misses += 1
  }

  disposed(reason: string): void {
    if (reason === 'evict') this.#evictions += 1
  }

  snapshot() {
    const hits = this.#level1Hits + this.#level2Hits
    const lookups = hits + this.#misses
    return {
      hits,
      misses: this.#misses,
      hitRate: lookups === 0 ? null : Math.round((hits / lookups) * 10_000) / 10_000,
      evictions: this.#evictions,
      level1Hits: this.#level1Hits,
      level2Hits: this.#level2Hits,
      pairs: Object.fromEntries(this.#pairs),
      since: this.since.toISOString(),
    }
  }

  #pair(source: Language, target: Language): Counts {
    const name = `${source}-${target}`
    const known = this.#pairs.get(name)
    if (known) return known
    const counts = { hits: 0, misses: 0 }
    this.#pairs.set(name, counts)
    return counts
  }
}
