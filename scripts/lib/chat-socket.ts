import { once } from 'node:events'
import type { ClientFrame, ClientFrameType } from '@meeshy/shared/frames/client-frames'
import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import type { ProblemDetails } from '@meeshy/shared/problems'
import { WebSocket } from 'ws'
import { Stop } from './command.js'

/** The server's frames of these types. */
export type FrameOf<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>

/** A frame and when it came, on the clock of `performance.now()`. */
export interface ReceivedFrame<Frame extends ServerFrame = ServerFrame> {
  at: number
  frame: Frame
}

/** An ack that says no, or none at all because the connection ended or the time was up. */
export class NotAcknowledged extends Stop {
  constructor(
    message: string,
    readonly problem?: ProblemDetails,
  ) {
    super(message)
  }
}

interface PendingAck {
  resolve(data: unknown): void
  reject(error: NotAcknowledged): void
}

const defaultLimitMs = 10_000

/** A connection to `/ws` that remembers what it received. */
export class ChatSocket {
  readonly received: ReceivedFrame[] = []
  readonly #socket: WebSocket
  readonly #acks = new Map<string, PendingAck>()
  readonly #listeners = new Set<(received: ReceivedFrame) => void>()
  #lastRef = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as ServerFrame))
    socket.on('close', (code) => this.#rejectAcks(`the connection ended with code ${code}`))
    socket.on('error', (error) => this.#rejectAcks(error.message))
  }

  /** Connects and waits for the server's hello. */
  static async connect(gatewayUrl: string, token: string, limitMs = defaultLimitMs): Promise<ChatSocket> {
    const url = `${gatewayUrl.replace(/^http/, 'ws')}/ws`
    // Not in the URL, where proxies log it.
    const socket = new WebSocket(url, ['bearer', token], { handshakeTimeout: limitMs })
    const chat = new ChatSocket(socket)
    await once(socket, 'open')
    await chat.waitFor((frame): frame is FrameOf<'hello'> => frame.type === 'hello', { what: 'hello', limitMs })
    return chat
  }

  /** Sends a frame and returns the data of its ack; throws NotAcknowledged. */
  async send<Name extends ClientFrameType>(
    type: Name,
    data: ClientFrame<Name>['data'],
    limitMs = defaultLimitMs,
  ): Promise<unknown> {
    this.#lastRef += 1
    const ref = String(this.#lastRef)
    const { promise, pending } = pendingAck()
    this.#acks.set(ref, pending)
    const timer = setTimeout(
      () => pending.reject(new NotAcknowledged(`no ack of ${type} within ${limitMs} ms`)),
      limitMs,
    )
    try {
      this.#socket.send(JSON.stringify({ type, ref, data }))
      return await promise
    } finally {
      clearTimeout(timer)
      this.#acks.delete(ref)
    }
  }

  /** The first frame that matches, among those received and those to come; throws when none comes in time. */
  async waitFor<Frame extends ServerFrame>(
    matches: (frame: ServerFrame) => frame is Frame,
    { what = 'a frame', limitMs = defaultLimitMs }: { what?: string; limitMs?: number } = {},
  ): Promise<ReceivedFrame<Frame>> {
    const isWanted = (received: ReceivedFrame): received is ReceivedFrame<Frame> => matches(received.frame)
    const known = this.received.find(isWanted)
    if (known) return known
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stopListening()
        reject(new Error(`${what} did not come within ${limitMs} ms`))
      }, limitMs)
      const stopListening = this.onFrame((received) => {
        if (!isWanted(received)) return
        clearTimeout(timer)
        stopListening()
        resolve(received)
      })
    })
  }

  /** Calls the listener for every frame from now on. @returns a function that ends this */
  onFrame(listener: (received: ReceivedFrame) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return
    const closed = once(this.#socket, 'close')
    this.#socket.close(1000)
    await closed
  }

  #receive(frame: ServerFrame): void {
    const received = { at: performance.now(), frame }
    if (frame.type === 'ack') {
      const pending = this.#acks.get(String(frame.ref))
      if (frame.ok) pending?.resolve(frame.data)
      else pending?.reject(new NotAcknowledged(`refused: ${frame.error.detail ?? frame.error.code}`, frame.error))
      return
    }
    this.received.push(received)
    for (const listener of this.#listeners) listener(received)
  }

  #rejectAcks(why: string): void {
    for (const pending of this.#acks.values()) pending.reject(new NotAcknowledged(why))
  }
}

function pendingAck(): { promise: Promise<unknown>; pending: PendingAck } {
  let pending: PendingAck | undefined
  const promise = new Promise<unknown>((resolve, reject) => {
    pending = { resolve, reject }
  })
  return { promise, pending: pending as PendingAck }
}
