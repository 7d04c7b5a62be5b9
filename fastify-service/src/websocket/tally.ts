/** Counts by key, and forgets keys whose count is zero. */
export class Tally {
  readonly #counts = new Map<string, number>()

  /** Counts one more. @returns how many there are now */
  add(key: string): number {
    const count = this.of(key) + 1
    this.#counts.set(key, count)
    return count
  }

  remove(key: string): void {
    const count = this.of(key) - 1
    if (count > 0) this.#counts.set(key, count)
    else this.#counts.delete(key)
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0
  }
}
