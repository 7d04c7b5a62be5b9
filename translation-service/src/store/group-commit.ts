const batchLimit = 64

interface Write<Tables> {
  work: (tables: Tables) => Promise<unknown>
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
}

/**
 * Puts writes that arrive while a transaction is under way into the next one, so that they share its sync to disk:
 * an acknowledged write is durable, and a busy moment costs one sync for up to 64 writes. An idle one waits for
 * nobody. When a write fails, the writes that shared its transaction run again, each in its own.
 */
export class GroupCommit<Tables> {
  readonly #waiting: Write<Tables>[] = []
  #running = false

  constructor(private readonly transaction: (work: (tables: Tables) => Promise<unknown>) => Promise<unknown>) {}

  run<Result>(work: (tables: Tables) => Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (result: unknown) => void, reject })
      if (!this.#running) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#running = true
    // Writes of the same tick belong together.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, batchLimit))
    this.#running = false
  }

  async #commit(batch: Write<Tables>[]): Promise<void> {
    try {
      const results: unknown[] = []
      await this.transaction(async (tables) => {
        for (const { work } of batch) results.push(await work(tables))
      })
      for (const [index, { resolve }] of batch.entries()) resolve(results[index])
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error)
      else for (const write of batch) await this.#commit([write])
    }
  }
}
