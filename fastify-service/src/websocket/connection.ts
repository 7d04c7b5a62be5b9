import { setTimeout as sleep } from 'node:timers/promises'
import { closeCodes, type ServerFrame } from '@meeshy/shared/frames'
import { newId } from '@meeshy/shared/ids'
import { WebSocket } from 'ws'
import { serialiseFrame } from './frames.js'
import type { SocketLimits } from './limits.js'

/** Whose socket it is, and until when. */
export interface Holder {
  userId: string
  sessionId: string
  expiresAt: Date
}

/** Timers cannot wait longer than this (2^31 - 1 ms). */
const longestTimerMs = 2_147_483_647
const missedBeatsLimit = 2

type ConnectionLimits = Pick<SocketLimits, 'framesInFlight' | 'maxBufferedBytes' | 'maxQueuedFrames'>

/** One socket: its only writer, the order of its frames, and who it belongs to. */
export class Connection {
  readonly id = newId()
  readonly #socket: WebSocket
  readonly #limits: ConnectionLimits
  #holder: Holder | null = null
  #expiry: NodeJS.Timeout | undefined
  /** Frames that wait for `hello`; null once it is out. */
  #held: Buffer[] | null = []
  #queuedFrames = 0
  #work: Promise<void> = Promise.resolve()
  #inFlight = 0
  #accepting = true
  #missedBeats = 0

  constructor(socket: WebSocket, limits: ConnectionLimits) {
    this.#socket = socket
    this.#limits = limits
    socket.on('pong', () => {
      this.#missedBeats = 0
    })
    socket.on('close', () => clearTimeout(this.#expiry))
  }

  /** Null until somebody has signed in. */
  get holder(): Holder | null {
    return this.#holder
  }

  /** Whether it takes frames; false as soon as a close has begun. */
  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Makes the socket somebody's until their token expires; again with a fresh token. */
  hold(holder: Holder): void {
    this.#holder = holder
    this.#closeAt(holder.expiresAt)
  }

  /** Sends `hello`, and then what came up while it was made: nothing reaches a client before it. */
  greet(hello: ServerFrame): void {
    const held = this.#held ?? []
    this.#held = null
    this.send(hello)
    for (const bytes of held) this.write(bytes)
  }

  send(frame: ServerFrame): void {
    this.write(serialiseFrame(frame))
  }

  /** Sends an event; a client that does not take them in time is closed as a slow consumer. */
  write(bytes: Buffer): void {
    if (!this.#held) this.#writeNow(bytes)
    else if (this.#held.length < this.#limits.maxQueuedFrames) this.#held.push(bytes)
    else this.#closeSlow()
  }

  /** Answers a frame; unlike events, answers do not wait for `hello`. */
  answer(frame: ServerFrame): void {
    this.#writeNow(serialiseFrame(frame))
  }

  /**
   * Runs the work of a frame after that of all frames before it. False when too many are under way, and nothing is
   * run. Once the socket is closed from this side, waiting work is dropped.
   */
  enqueue(work: () => Promise<void>): boolean {
    if (!this.#accepting) return true
    if (this.#inFlight >= this.#limits.framesInFlight) return false
    this.#inFlight += 1
    this.#work = this.#work
      .then(() => (this.#accepting ? work() : undefined))
      // Whoever gives work handles its failures; one that comes through leaves a socket that nobody answers.
      .catch(() => this.terminate())
      .finally(() => {
        this.#inFlight -= 1
      })
    return true
  }

  /** Waits for the frames under way, at most this long. */
  async drain(limitMs: number): Promise<void> {
    if (this.#inFlight > 0) await Promise.race([this.#work, sleep(limitMs)])
  }

  /** Pings; a client that has missed two pings is gone. */
  beat(): void {
    if (this.#missedBeats >= missedBeatsLimit) this.terminate()
    else if (this.open) this.#socket.ping()
    this.#missedBeats += 1
  }

  /** Says why and stops taking frames; the library cuts a client that does not answer the close. */
  close(code: number, reason: string): void {
    this.#accepting = false
    this.#socket.close(code, reason)
  }

  /** Cuts the line without a word. */
  terminate(): void {
    this.#accepting = false
    this.#socket.terminate()
  }

  #writeNow(bytes: Buffer): void {
    if (!this.open) return
    const { maxQueuedFrames, maxBufferedBytes } = this.#limits
    if (this.#queuedFrames >= maxQueuedFrames || this.#socket.bufferedAmount > maxBufferedBytes) {
      this.#closeSlow()
      return
    }
    this.#queuedFrames += 1
    this.#socket.send(bytes, { binary: false }, () => {
      this.#queuedFrames -= 1
    })
  }

  #closeSlow(): void {
    this.close(closeCodes.slowConsumer, 'slow consumer: come back and resume')
  }

  #closeAt(time: Date): void {
    clearTimeout(this.#expiry)
    const leftMs = time.getTime() - Date.now()
    this.#expiry = setTimeout(
      () => {
        if (leftMs > longestTimerMs) this.#closeAt(time)
        else this.close(closeCodes.tokenExpired, 'token expired: refresh, then come back')
      },
      Math.min(Math.max(leftMs, 0), longestTimerMs),
    )
  }
}
