import type { Outgoing } from './outgoing.js'
import { Slices } from './slices.js'

/** Somebody who has frames to write. */
export interface Flushable {
  flush(joiner: Joiner): void
}

/**
 * Writes what was queued for sockets once per turn of the event loop: a socket that got several frames gets them in
 * one write, and a big room is written in slices, so that others have their turn in between.
 */
export class Flusher {
  readonly #joiner = new Joiner()
  #waiting: Flushable[] = []
  #next = 0
  #scheduled = false
  #whenFlushed: Array<() => void> = []

  /** Flushes it with the next turn. */
  add(flushable: Flushable): void {
    this.#waiting.push(flushable)
    this.#schedule()
  }

  /** Resolves when nothing waits any more but for clients that are slow to take it. */
  flushed(): Promise<void> {
    this.#schedule()
    return new Promise((resolve) => this.#whenFlushed.push(resolve))
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#run)
  }

  readonly #run = (): void => {
    this.#scheduled = false
    if (this.#waiting.length === 0) {
      for (const resolve of this.#whenFlushed.splice(0)) resolve()
      return
    }
    const slices = new Slices()
    while (this.#next < this.#waiting.length) {
      this.#waiting[this.#next]?.flush(this.#joiner)
      this.#next += 1
      if (slices.isOver()) {
        this.#schedule()
        return
      }
    }
    this.#waiting = []
    this.#next = 0
    this.#joiner.clear()
    // What was written may have made room for more.
    if (this.#whenFlushed.length > 0) this.#schedule()
  }
}

/** Puts frames together into one buffer, once for all sockets that get the same frames in one turn. */
export class Joiner {
  readonly #joined = new Map<Outgoing, { frames: readonly Outgoing[]; bytes: Buffer }>()

  join(frames: readonly Outgoing[]): Buffer {
    const [first] = frames
    if (!first) throw new TypeError('there is nothing to join')
    if (frames.length === 1) return first.bytes
    const known = this.#joined.get(first)
    if (known && isSame(known.frames, frames)) return known.bytes
    const bytes = Buffer.concat(frames.map((frame) => frame.bytes))
    this.#joined.set(first, { frames, bytes })
    return bytes
  }

  clear(): void {
    this.#joined.clear()
  }
}

function isSame(some: readonly Outgoing[], others: readonly Outgoing[]): boolean {
  if (some.length !== others.length) return false
  for (let index = 0; index < some.length; index += 1) if (some[index] !== others[index]) return false
  return true
}
