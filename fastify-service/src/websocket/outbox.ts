import type { Socket } from 'node:net'
import type { Flusher, Joiner } from './flusher.js'
import type { SocketLimits } from './limits.js'
import type { Outgoing } from './outgoing.js'

export type OutboxLimits = Pick<SocketLimits, 'maxBufferedBytes' | 'maxQueuedFrames'>

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
  #queue: Outgoing[] = []
  /** Events that wait for `hello`; null once it is out. */
  #held: Outgoing[] | null = []
  /** What waits or is being written, without what is exempt. */
  #frames = 0
  #bytes = 0
  /** What is being written; null when the client has taken everything. */
  #underWay: { frames: number; bytes: number } | null = null
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
      this.#frames += 1
      this.#bytes += frame.bytes.length
    }
    this.#queue.push(frame)
    if (this.#queue.length === 1 && !this.#underWay) this.#options.flusher.add(this)
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
    const before = this.#queue
    this.#queue = before.flatMap((frame) => change(frame) ?? [])
    const [old, kept] = [measure(before), measure(this.#queue)]
    this.#frames += kept.frames - old.frames
    this.#bytes += kept.bytes - old.bytes
  }

  /** Resolves when everything was taken, or nothing will be any more. */
  empty(): Promise<void> {
    if (this.#closed || (this.#queue.length === 0 && !this.#underWay)) return Promise.resolve()
    return new Promise((resolve) => this.#whenEmpty.push(resolve))
  }

  /** Called by the flusher, once per turn. */
  flush(joiner: Joiner): void {
    if (this.#closed || this.#underWay || this.#queue.length === 0 || !this.#options.isOpen()) return
    const batch = this.#takeBatch()
    this.#underWay = measure(batch)
    this.#options.socket.write(joiner.join(batch), this.#onTaken)
  }

  /** Drops what waits; nothing is written any more. */
  close(): void {
    this.#closed = true
    this.#queue = []
    this.#held = null
    this.#tellEmpty()
  }

  #takeBatch(): Outgoing[] {
    let bytes = 0
    const end = this.#queue.findIndex((frame) => {
      bytes += frame.bytes.length
      return bytes > maxWriteBytes
    })
    if (end === -1) {
      const all = this.#queue
      this.#queue = []
      return all
    }
    return this.#queue.splice(0, Math.max(end, 1))
  }

  readonly #onTaken = (): void => {
    if (this.#underWay) {
      this.#frames -= this.#underWay.frames
      this.#bytes -= this.#underWay.bytes
    }
    this.#underWay = null
    if (this.#queue.length > 0) this.#options.flusher.add(this)
    else this.#tellEmpty()
  }

  #tellEmpty(): void {
    if (this.#whenEmpty.length === 0) return
    for (const resolve of this.#whenEmpty.splice(0)) resolve()
  }
}

/** What counts of these frames. */
function measure(frames: readonly Outgoing[]): { frames: number; bytes: number } {
  const counted = { frames: 0, bytes: 0 }
  for (const { exempt, bytes } of frames) {
    if (exempt) continue
    counted.frames += 1
    counted.bytes += bytes.length
  }
  return counted
}
