import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

/** Every sample wakes the process up, which is about half of what an idle gateway does. */
const resolutionMs = 20
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
  /** Samples of earlier windows that `takeMean` has not told, less those of the current one that it has. */
  #carried = { count: 0, sum: 0 }
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

  /** The mean delay since this was last called, in milliseconds; infinite when nothing could be measured meanwhile. */
  takeMean(): number {
    const { count, sum } = this.#total()
    const told = totalOf(this.#current)
    this.#carried = { count: -told.count, sum: -told.sum }
    return count > 0 ? toMilliseconds(sum / count) : Number.POSITIVE_INFINITY
  }

  close(): void {
    clearInterval(this.#rotation)
    this.#current.disable()
  }

  #rotate(): void {
    this.#current.disable()
    this.#carried = this.#total()
    this.#last = this.#current
    this.#current = startHistogram()
  }

  /** What `takeMean` has not told. */
  #total(): { count: number; sum: number } {
    const { count, sum } = totalOf(this.#current)
    return { count: this.#carried.count + count, sum: this.#carried.sum + sum }
  }
}

function startHistogram(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  return histogram
}

function totalOf({ count, mean }: IntervalHistogram): { count: number; sum: number } {
  return { count, sum: count > 0 ? count * mean : 0 }
}

function toMilliseconds(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 1e4 - resolutionMs * 100) / 100)
}
