import closeWithGrace from 'close-with-grace'
import { ConfigError } from './config.js'

export interface RunningService {
  /** Stops taking work, finishes what is under way, releases everything in order. */
  close(): Promise<void>
}

/** What a service has opened so far. A start that fails half way closes the same as a stop: last opened, first closed. */
export class Opened {
  readonly #closers: Array<() => unknown> = []

  /** Remembers how to close what was just opened. */
  add(close: () => unknown): void {
    this.#closers.push(close)
  }

  /** Closes all of it. @throws the first error, after the last closer has run: none keeps another from closing */
  async close(): Promise<void> {
    const errors: unknown[] = []
    for (let next = this.#closers.pop(); next; next = this.#closers.pop()) {
      try {
        await next()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  /** For a start that failed: closes what it had opened and throws its error, even where closing fails as well. */
  async closeAfter(error: unknown): Promise<never> {
    await this.close().catch(() => {})
    throw error
  }
}

const closeLimitMs = 10_000

/**
 * Runs a service as this process: exit 0 after a clean stop by SIGTERM or SIGINT, exit 1 when the start fails, on a
 * second signal, or when closing takes more than 10 s. A wrong setting prints its one line and no stack.
 */
export async function runService(start: () => Promise<RunningService>): Promise<void> {
  try {
    const service = await start()
    closeWithGrace({ delay: closeLimitMs, logger: false }, async ({ err }) => {
      if (err) process.stderr.write(`${err.stack ?? err.message}\n`)
      await service.close()
    })
    // pm2's wait_ready.
    process.send?.('ready')
  } catch (error) {
    const lines = error instanceof ConfigError ? error.lines : [error instanceof Error ? error.stack : String(error)]
    process.stderr.write(`${lines.join('\n')}\n`)
    process.exit(1)
  }
}
