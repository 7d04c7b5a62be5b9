import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

const endLimitMs = 1_000

interface Waiting {
  resolve(emptied: boolean): void
  reject(error: unknown): void
}

/**
 * A thread that empties the write-ahead log of a SQLite file through a connection of its own, so that the syncs of a
 * checkpoint do not stall the event loop.
 */
export class CheckpointThread {
  readonly #worker: Worker
  readonly #ended: Promise<void>
  #waiting: Waiting | null = null
  #failure: unknown = null

  constructor(file: string) {
    this.#worker = new Worker(entry(), { workerData: file })
    this.#worker.on('message', (emptied: boolean) => this.#answer(({ resolve }) => resolve(emptied)))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#fail(new Error(`The checkpoint thread ended with code ${code}`))
        resolve()
      })
    })
  }

  /**
   * Moves what is in the log into the database file and cuts the log to nothing, so that nothing of what was erased
   * stays in it. Not to be called again before it has answered. Rejects when the thread has ended, or ends by an error.
   *
   * @returns false when somebody reads what is older, or when writers left no gap: to be tried again
   */
  emptyLog(): Promise<boolean> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#worker.postMessage('empty')
    })
  }

  /** Ends the thread after what it is doing, but without waiting for more than a second. */
  async close(): Promise<void> {
    this.#worker.postMessage('end')
    const timer = setTimeout(() => void this.#worker.terminate(), endLimitMs)
    await this.#ended
    clearTimeout(timer)
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#answer(({ reject }) => reject(this.#failure))
  }

  #answer(answer: (waiting: Waiting) => void): void {
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting) answer(waiting)
  }
}

/** Node 20 does not apply tsx to the first file of a thread: from source that is one in JavaScript. */
function entry(): URL {
  const name = extname(import.meta.url) === '.ts' ? 'checkpoint-worker-source.mjs' : 'checkpoint-worker.js'
  return new URL(`./${name}`, import.meta.url)
}
