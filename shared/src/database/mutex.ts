/** Grants one holder at a time, in the order of asking. */
export class Mutex {
  #last: Promise<void> = Promise.resolve()

  /** Waits for its turn and resolves with the function that ends it. */
  async acquire(): Promise<() => void> {
    const previous = this.#last
    const { promise, resolve } = deferred()
    this.#last = promise
    await previous
    return resolve
  }

  /** Runs `task` alone. */
  async run<T>(task: () => T | Promise<T>): Promise<T> {
    const release = await this.acquire()
    try {
      return await task()
    } finally {
      release()
    }
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
