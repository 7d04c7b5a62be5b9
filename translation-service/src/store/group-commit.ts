import type { Sql } from '@meeshy/shared/database/sql'

const batchLimit = 64

type Transaction = <Result>(work: (sql: Sql) => Promise<Result>) => Promise<Result>

interface Write {
  work: (sql: Sql) => Promise<unknown>
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
}

/**
 * Puts writes that arrive while a transaction is under way into the next one, so that they share its sync to disk:
 * an acknowledged write is durable, and a busy moment costs one sync for up to 64 writes. An idle one waits for
 * nobody. A write that fails is undone alone; when the transaction fails, all of its writes do.
 */
export class GroupCommit {
  readonly #waiting: Write[] = []
  #running = false

  constructor(private readonly transaction: Transaction) {}

  run<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (result: unknown) => void, reject })
      if (!this.#running) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      // Writes of the same turn of the event loop belong together.
      await new Promise((resolve) => setImmediate(resolve))
      await this.#commit()
    }
    this.#running = false
  }

  async #commit(): Promise<void> {
    let batch: Write[] = []
    try {
      const answers: Array<() => void> = []
      await this.transaction(async (sql) => {
        // What came while this one waited for the lock of another process goes along.
        batch = this.#waiting.splice(0, batchLimit)
        for (const write of batch) answers.push(await attempt(sql, write))
      })
      // Nobody hears of anything before it is on disk, a refusal included: it may rest on what the others wrote.
      for (const answer of answers) answer()
    } catch (error) {
      // Without the lock everybody is refused: who waited once must not wait as long another time.
      if (batch.length === 0) batch = this.#waiting.splice(0)
      for (const { reject } of batch) reject(error)
    }
  }
}

/** @returns how to answer the write once the transaction is on disk */
async function attempt(sql: Sql, { work, resolve, reject }: Write): Promise<() => void> {
  await sql.run('SAVEPOINT "write"')
  try {
    const result = await work(sql)
    await sql.run('RELEASE "write"')
    return () => resolve(result)
  } catch (error) {
    try {
      await sql.run('ROLLBACK TO "write"')
      await sql.run('RELEASE "write"')
    } catch {
      // The disk has ended the whole transaction.
      throw error
    }
    return () => reject(error)
  }
}
