import { setTimeout as delay } from 'node:timers/promises'
import { type ClientFrame, type ClientFrameType, resumedAtOnce } from '@meeshy/shared/frames/client-frames'
import type { HelloData, ServerFrame } from '@meeshy/shared/frames/server-frames'
import { NotAcknowledged } from '../chat-socket.js'
import { FollowedRooms } from './followed-rooms.js'
import { Line, type LineEnd } from './line.js'
import { PersonalRest } from './rest.js'

export interface FollowerOptions {
  /** Where sockets connect; without a slash at the end. */
  socketUrl: string
  /** Where REST is asked; the same when absent. */
  restUrl?: string
  person: { id: string; token: string }
}

/** A client that cannot connect tries again after up to this long. */
const retryMs = 100
/** How often a request is repeated that got no answer, or a passing refusal. */
const repeatMs = 50
/** Long enough for many restarts of the services on a busy machine. */
const askLimitMs = 300_000

/**
 * A client that keeps its conversations up to date from frames alone, over as many connections as it takes: it comes
 * back by itself, as early as the server allows, and resumes where it was.
 */
export class Follower {
  readonly rooms: FollowedRooms
  readonly rest: PersonalRest
  /** How its connections ended, in order. */
  readonly ends: LineEnd[] = []
  /** How often it was greeted. */
  greetings = 0
  /** Called with every frame before it is applied; may cut the line. */
  watch: (frame: ServerFrame) => void = () => {}
  readonly #options: FollowerOptions
  #line: Line | null = null
  #greeted = false
  #epoch = ''
  #wanted = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: FollowerOptions) {
    this.#options = options
    const { restUrl = options.socketUrl, person } = options
    this.rest = new PersonalRest(restUrl, person.token)
    this.rooms = new FollowedRooms(person.id, this.rest, (ids) => void this.#resume(ids))
  }

  get userId(): string {
    return this.#options.person.id
  }

  /** Connected, with nothing known to be missing. */
  get isCurrent(): boolean {
    return this.#greeted && this.rooms.areCurrent
  }

  get isOnline(): boolean {
    return this.#wanted
  }

  get epoch(): string {
    return this.#epoch
  }

  /** Connects, and stays connected until `stop`. */
  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#running = this.#running.then(() => this.#live())
  }

  /** Goes away without a word; `start` resumes. */
  async stop(): Promise<void> {
    this.#wanted = false
    this.cut()
    await this.#running
  }

  /** Breaks the connection, if there is one. */
  cut(): void {
    this.#line?.cut()
  }

  /** Sends a frame once. @throws NotAcknowledged */
  async send<Name extends ClientFrameType>(type: Name, data: ClientFrame<Name>['data']): Promise<unknown> {
    if (!this.#line) throw new NotAcknowledged('there is no line')
    return this.#line.send(type, data)
  }

  /** Sends a frame again and again until it is answered. @throws NotAcknowledged when the answer is no for good */
  async ask<Name extends ClientFrameType>(type: Name, data: ClientFrame<Name>['data']): Promise<unknown> {
    const end = performance.now() + askLimitMs
    for (;;) {
      try {
        return await this.send(type, data)
      } catch (error) {
        if (!isPassing(error) || performance.now() > end) throw error
        await delay(repeatMs)
      }
    }
  }

  async #live(): Promise<void> {
    while (this.#wanted) {
      const { socketUrl, person } = this.#options
      const line = new Line(socketUrl, person.token, (frame, from) => this.#receive(frame, from))
      this.#line = line
      const end = await line.ended
      this.ends.push(end)
      this.#line = null
      this.#greeted = false
      this.rooms.disconnected()
      if (this.#wanted) await delay(pauseAfter(end))
    }
  }

  #receive(frame: ServerFrame, line: Line): void {
    this.watch(frame)
    if (line !== this.#line || !this.#wanted) return
    if (frame.type === 'hello') this.#greet(frame.data)
    else this.rooms.receive(frame)
  }

  #greet({ epoch, conversations }: HelloData): void {
    const known = this.rooms.greeted(conversations)
    // Positions are those of the epoch under which they were seen.
    void this.#resume(known, this.#epoch || epoch)
    this.#epoch = epoch || this.#epoch
    this.#greeted = true
    this.greetings += 1
  }

  async #resume(ids: readonly string[], epoch = this.#epoch): Promise<void> {
    for (let first = 0; first < ids.length; first += resumedAtOnce) {
      await this.#resumePart(ids.slice(first, first + resumedAtOnce), epoch)
    }
  }

  /** Repeated while messages are not available, on this line only: the next one resumes anew. */
  async #resumePart(ids: readonly string[], epoch: string): Promise<void> {
    const line = this.#line
    while (line && line === this.#line) {
      const conversations = Object.fromEntries(ids.map((id) => [id, this.rooms.positionOf(id)]))
      try {
        await line.send('resume', { conversations, epoch })
        return
      } catch (error) {
        if (!isPassing(error)) this.rooms.violations.push(`resume was refused: ${(error as Error).message}`)
        if (!isPassing(error) || !(error as NotAcknowledged).problem) return
        await delay(repeatMs)
      }
    }
  }
}

/** No answer, or one that may be another one soon. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof NotAcknowledged)) return false
  return error.problem === undefined || error.problem.status === 503 || error.problem.status === 429
}

/** As long as the server asks to stay away (1012), or a moment that is different for everybody. */
function pauseAfter({ code, reason }: LineEnd): number {
  if (code !== 1012) return Math.random() * retryMs
  const { retryAfterMs = 0 } = JSON.parse(reason || '{}') as { retryAfterMs?: number }
  return retryAfterMs
}
