import type { Outgoing } from './outgoing.js'
import { Slices } from './slices.js'

/** Somebody who has frames to write. */
interface Flushable {
  flush(joiner: Joiner): void
}

/** So often everybody gets their turn before `flushed`, with 64 KiB each time: enough for what the feed hands out at once. */
const passesToFlush = 16

/**
 * Writes what was queued for sockets once per turn of the event loop: a socket that got several frames gets them in
 * one write, and a big room is written in slices, so that others have their turn in between.
 */
export class Flusher {
  readonly #joiner = new Joiner()
  #waiting: Flushable[] = []
  #scheduled = false
  #whenFlushed: Array<{ passes: number; resolve(): void }> = []

  /** Flushes it with the next turn. */
  add(flushable: Flushable): void {
    this.#waiting.push(flushable)
    this.#schedule()
  }

  /** Resolves when what was queued so far has been written, but for clients that are slow to take it. */
  flushed(): Promise<void> {
    this.#schedule()
    return new Promise((resolve) => this.#whenFlushed.push({ passes: passesToFlush, resolve }))
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#run)
  }

  readonly #run = (): void => {
    this.#scheduled = false
    const batch = this.#waiting
    this.#waiting = []
    const rest = this.#flushSlice(batch)
    this.#joiner.clear()
    if (rest.length > 0) this.#waiting = [...rest, ...this.#waiting]
    else this.#endPass(batch.length === 0)
    if (this.#waiting.length > 0 || this.#whenFlushed.length > 0) this.#schedule()
  }

  /** Flushes as many as there is time for. @returns the others */
  #flushSlice(batch: Flushable[]): Flushable[] {
    const slices = new Slices()
    let next = 0
    for (const flushable of batch) {
      next += 1
      flushable.flush(this.#joiner)
      if (slices.isOver()) return batch.slice(next)
    }
    return []
  }

  #endPass(nothingWaited: boolean): void {
    for (const waiter of this.#whenFlushed) waiter.passes -= nothingWaited ? waiter.passes : 1
    const [done, others] = [
      this.#whenFlushed.filter(({ passes }) => passes === 0),
      this.#whenFlushed.filter(({ passes }) => passes > 0),
    ]
    this.#whenFlushed = others
    for (const { resolve } of done) resolve()
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
