import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 10
const windowMs = 10_000

export interface LoopDelayFigures {
  p50: number
  p99: number
  max: number
}

/**
 * Measures how late this process's event loop is, in milliseconds beyond the timer's own resolution, over the last 10
 * to 20 s: long enough for a percentile, short enough to tell how things are now.
 */
export class LoopDelay {
  #last = startHistogram()
  #current = this.#last
  readonly #rotation = setInterval(() => this.#rotate(), windowMs).unref()

  /** Milliseconds. */
  read(): LoopDelayFigures {
    const [last, current] = [this.#last, this.#current]
    const worst = (pick: (histogram: IntervalHistogram) => number) =>
      toMilliseconds(Math.max(pick(last), pick(current)))
    return {
      p50: worst((histogram) => histogram.percentile(50)),
      p99: worst((histogram) => histogram.percentile(99)),
      max: worst((histogram) => histogram.max),
    }
  }

  close(): void {
    clearInterval(this.#rotation)
    this.#current.disable()
  }

  #rotate(): void {
    this.#current.disable()
    this.#last = this.#current
    this.#current = startHistogram()
  }
}

function startHistogram(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  return histogram
}

function toMilliseconds(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 1e4 - resolutionMs * 100) / 100)
}
