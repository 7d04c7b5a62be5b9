import { setMaxListeners } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { closeCodes } from '@meeshy/shared/frames/close-codes'
import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import { newId } from '@meeshy/shared/ids'
import { WebSocket } from 'ws'
import type { Identity } from '../plugins/auth.js'
import type { Flusher } from './delivery/flusher.js'
import { Outbox, type OutboxLimits } from './delivery/outbox.js'
import { encode, type Outgoing } from './delivery/outgoing.js'
import { withoutConversation } from './delivery/take-back.js'
import type { SocketLimits } from './limits.js'
import { CatchUp } from './resume/catch-up.js'

/** Whose socket it is, and until when. */
export type Holder = Pick<Identity, 'userId' | 'sessionId' | 'role' | 'expiresAt'>

const missedBeatsLimit = 2

interface ConnectionOptions {
  /** Reads frames and closes. */
  webSocket: WebSocket
  /** The socket below it. */
  socket: Socket
  flusher: Flusher
  limits: OutboxLimits & Pick<SocketLimits, 'framesInFlight'>
}

/** One socket: its only writer, the order of its frames, and who it belongs to. */
export class Connection {
  readonly id = newId()
  /** The conversations whose missed events it is getting. */
  readonly catchUp = new CatchUp()
  readonly #webSocket: WebSocket
  readonly #outbox: Outbox
  readonly #framesInFlight: number
  #holder: Holder | null = null
  #work: Promise<void> = Promise.resolve()
  #inFlight = 0
  #accepting = true
  #missedBeats = 0
  #gone: AbortController | undefined

  constructor({ webSocket, socket, flusher, limits }: ConnectionOptions) {
    this.#webSocket = webSocket
    const isOpen = () => this.open
    this.#outbox = new Outbox({ socket, flusher, limits, isOpen, onSlow: () => this.#closeSlow() })
    this.#framesInFlight = limits.framesInFlight
    webSocket.on('pong', () => {
      this.#missedBeats = 0
    })
    webSocket.on('close', () => {
      this.#end()
      this.#gone?.abort()
    })
  }

  /** Null until somebody has signed in. */
  get holder(): Holder | null {
    return this.#holder
  }

  /** Whether it takes frames; false as soon as a close has begun. */
  get open(): boolean {
    return this.#webSocket.readyState === WebSocket.OPEN
  }

  /** Aborts when the socket has closed. */
  get gone(): AbortSignal {
    if (!this.#gone) {
      this.#gone = new AbortController()
      // Every frame under way may wait for it.
      setMaxListeners(this.#framesInFlight, this.#gone.signal)
    }
    if (this.#webSocket.readyState === WebSocket.CLOSED) this.#gone.abort()
    return this.#gone.signal
  }

  /** Makes the socket somebody's until their token expires; again with a fresh token. */
  hold(holder: Holder): void {
    this.#holder = holder
  }

  greet(hello: ServerFrame): void {
    this.#outbox.greet(encode(hello))
  }

  /** Sends an event; a client that does not take them in time is closed as a slow consumer. */
  write(frame: Outgoing): void {
    if (this.open) this.#outbox.write(frame)
  }

  /** Sends an event of a message, unless the conversation's missed events come first, with this one among them. */
  deliver(frame: Outgoing, conversationId: string, eventSeq: number): void {
    if (!this.catchUp.holdsBack(conversationId, eventSeq)) this.write(frame)
  }

  /** Answers a frame; unlike events, answers do not wait for `hello`. */
  answer(frame: ServerFrame, options?: { exempt: boolean }): void {
    if (this.open) this.#outbox.answer(encode(frame, options))
  }

  /** Takes back or replaces frames that are not on their way yet. */
  revise(change: (frame: Outgoing) => Outgoing | null): void {
    this.#outbox.revise(change)
  }

  /** Nothing of this conversation is for the user any more: what waits is dropped. */
  leave(conversationId: string): void {
    this.catchUp.drop(conversationId)
    this.#outbox.revise((frame) => withoutConversation(frame, conversationId))
  }

  /** Resolves when the client has taken everything, or is gone. */
  empty(): Promise<void> {
    return this.#outbox.empty()
  }

  /**
   * Runs the work of a frame after that of all frames before it. False when too many are under way, and nothing is
   * run. Once the socket is closed from this side, waiting work is dropped.
   */
  enqueue(work: () => Promise<void>): boolean {
    if (!this.#accepting) return true
    if (this.#inFlight >= this.#framesInFlight) return false
    this.#work = this.#work.then(() => (this.#accepting ? work() : undefined)).catch(() => this.terminate())
    this.await(this.#work)
    return true
  }

  /** Counts work as under way until it is done, though the next frames need not wait for it. */
  await(work: Promise<void>): void {
    this.#inFlight += 1
    // Whoever gives work handles its failures; one that comes through leaves a socket that nobody answers.
    void work
      .catch(() => this.terminate())
      .finally(() => {
        this.#inFlight -= 1
      })
  }

  /** Waits for the frames under way and for their answers to be taken, at most this long. */
  async drain(limitMs: number): Promise<void> {
    const done = this.#inFlight > 0 ? this.#work.then(() => this.empty()) : this.empty()
    await Promise.race([done, sleep(limitMs)])
  }

  /** Pings; a client that has missed two pings is gone. */
  beat(): void {
    if (this.#missedBeats >= missedBeatsLimit) this.terminate()
    else if (this.open) this.#webSocket.ping()
    this.#missedBeats += 1
  }

  /** Says why and stops taking frames; the library cuts a client that does not answer the close. */
  close(code: number, reason: string): void {
    this.#end()
    this.#webSocket.close(code, reason)
  }

  /** Cuts the line without a word. */
  terminate(): void {
    this.#end()
    this.#webSocket.terminate()
  }

  #end(): void {
    this.#accepting = false
    this.#outbox.close()
  }

  #closeSlow(): void {
    this.close(closeCodes.slowConsumer, 'slow consumer: come back and resume')
  }
}
