import type { Socket } from 'node:net'
import type { SocketLimits } from '../limits.js'
import type { Flusher, Joiner } from './flusher.js'
import type { Outgoing } from './outgoing.js'

export type OutboxLimits = Pick<SocketLimits, 'maxBufferedBytes' | 'maxQueuedFrames'>

/** Never changed: the first frame puts an array of its own in its place, which is smaller than one that grows. */
const none: Outgoing[] = []

/** In one write; what is behind it can still be taken back. */
const maxWriteBytes = 64 * 1024

interface OutboxOptions {
  /** The socket below the WebSocket: frames are ready for the wire, and whole, so the library's own may go between. */
  socket: Socket
  flusher: Flusher
  limits: OutboxLimits
  /** False as soon as a close has begun, from either side: nothing may follow its frame. */
  isOpen(): boolean
  /** The client takes its frames too slowly. */
  onSlow(): void
}

/**
 * What one client is still to get. Frames wait here and not in the stream, one write at a time is under way; so what
 * waits is counted exactly, and can be taken back while it does.
 */
export class Outbox {
  readonly #options: OutboxOptions
  #queue = none
  /** Events that wait for `hello`; null once it is out. */
  #held: Outgoing[] | null = []
  /** What waits or is being written, without what is exempt. */
  #frames = 0
  #bytes = 0
  /** What is being written; empty when the client has taken everything. */
  #underWay: readonly Outgoing[] = none
  #whenEmpty: Array<() => void> = []
  #closed = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Queues a frame that need not wait for `hello`. */
  answer(frame: Outgoing): void {
    if (this.#closed) return
    if (!frame.exempt) {
      const { maxQueuedFrames, maxBufferedBytes } = this.#options.limits
      if (this.#frames >= maxQueuedFrames || this.#bytes > maxBufferedBytes) {
        this.#options.onSlow()
        return
      }
    }
    this.#count(frame)
    if (this.#queue.length > 0) {
      this.#queue.push(frame)
      return
    }
    this.#queue = [frame]
    if (this.#underWay.length === 0) this.#options.flusher.add(this)
  }

  /** Queues an event; a client that does not take them in time is slow. */
  write(frame: Outgoing): void {
    if (!this.#held) this.answer(frame)
    else if (this.#held.length < this.#options.limits.maxQueuedFrames) this.#held.push(frame)
    else if (!this.#closed) this.#options.onSlow()
  }

  /** Queues `hello`, and then what came up while it was made: nothing reaches a client before it. */
  greet(hello: Outgoing): void {
    const held = this.#held ?? []
    this.#held = null
    this.answer(hello)
    for (const frame of held) this.answer(frame)
  }

  /** Takes back or replaces what is not on its way yet: null takes a frame back. */
  revise(change: (frame: Outgoing) => Outgoing | null): void {
    if (this.#held) this.#held = this.#held.flatMap((frame) => change(frame) ?? [])
    if (this.#queue.length === 0) return
    const kept: Outgoing[] = []
    for (const frame of this.#queue) {
      const changed = change(frame)
      this.#discount(frame)
      if (!changed) continue
      this.#count(changed)
      kept.push(changed)
    }
    this.#queue = kept
    if (kept.length === 0 && this.#underWay.length === 0) this.#tellEmpty()
  }

  /** Resolves when everything was taken, or nothing will be any more. */
  empty(): Promise<void> {
    if (this.#closed || (this.#queue.length === 0 && this.#underWay.length === 0)) return Promise.resolve()
    return new Promise((resolve) => this.#whenEmpty.push(resolve))
  }

  /** Called by the flusher, once per turn. */
  flush(joiner: Joiner): void {
    if (this.#queue.length === 0 || this.#underWay.length > 0 || this.#closed || !this.#options.isOpen()) return
    this.#underWay = this.#takeBatch()
    this.#options.socket.write(joiner.join(this.#underWay), this.#onTaken)
  }

  /** Drops what waits; nothing is written any more. */
  close(): void {
    this.#closed = true
    this.#queue = none
    this.#held = null
    this.#tellEmpty()
  }

  #takeBatch(): Outgoing[] {
    const all = this.#queue
    if (all.length === 1) {
      this.#queue = none
      return all
    }
    let bytes = 0
    const end = all.findIndex((frame) => {
      bytes += frame.bytes.length
      return bytes > maxWriteBytes
    })
    if (end > 0) return all.splice(0, end)
    if (end === 0) return all.splice(0, 1)
    this.#queue = none
    return all
  }

  readonly #onTaken = (): void => {
    for (const frame of this.#underWay) this.#discount(frame)
    this.#underWay = none
    if (this.#queue.length > 0) this.#options.flusher.add(this)
    else this.#tellEmpty()
  }

  #count({ exempt, bytes }: Outgoing): void {
    if (exempt) return
    this.#frames += 1
    this.#bytes += bytes.length
  }

  #discount({ exempt, bytes }: Outgoing): void {
    if (exempt) return
    this.#frames -= 1
    this.#bytes -= bytes.length
  }

  #tellEmpty(): void {
    if (this.#whenEmpty.length === 0) return
    for (const resolve of this.#whenEmpty.splice(0)) resolve()
  }
}
