import type { ClientFrame, ClientFrameType } from '@meeshy/shared/frames/client-frames'
import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import { WebSocket } from 'ws'
import { NotAcknowledged } from '../chat-socket.js'

/** How a connection ended; 1006 when it broke. */
export interface LineEnd {
  code: number
  reason: string
}

interface Pending {
  resolve(data: unknown): void
  reject(error: NotAcknowledged): void
}

/** For the handshake, and again for `hello`. */
const beginLimitMs = 3_000
/** Of heartbeats that did not come until the line counts as dead. */
const missedBeats = 2.5

/** One connection to `/ws`, from the handshake to its end. A line that is silent for too long is given up. */
export class Line {
  /** Resolves when it is over, however that came. */
  readonly ended: Promise<LineEnd>
  readonly #socket: WebSocket
  readonly #onFrame: (frame: ServerFrame, line: Line) => void
  readonly #acks = new Map<string, Pending>()
  #lastRef = 0
  #silence: NodeJS.Timeout | undefined
  #silenceLimitMs = 2 * beginLimitMs

  /** @param gatewayUrl without a slash at the end */
  constructor(gatewayUrl: string, token: string, onFrame: (frame: ServerFrame, line: Line) => void) {
    this.#onFrame = onFrame
    const url = `${gatewayUrl.replace(/^http/, 'ws')}/ws`
    this.#socket = new WebSocket(url, ['bearer', token], { handshakeTimeout: beginLimitMs })
    this.#socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as ServerFrame))
    this.#socket.on('ping', () => this.#sawLife())
    // What went wrong is told by the end.
    this.#socket.on('error', () => {})
    this.ended = new Promise((resolve) => {
      this.#socket.on('close', (code, reason) => {
        clearTimeout(this.#silence)
        for (const { reject } of this.#acks.values()) reject(new NotAcknowledged(`the line ended with ${code}`))
        resolve({ code, reason: String(reason) })
      })
    })
    this.#sawLife()
  }

  /** Sends a frame and returns the data of its ack. @throws NotAcknowledged, with the problem when there was an ack */
  send<Name extends ClientFrameType>(type: Name, data: ClientFrame<Name>['data']): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return reject(new NotAcknowledged('the line is not open'))
      this.#lastRef += 1
      const ref = String(this.#lastRef)
      this.#acks.set(ref, { resolve, reject })
      this.#socket.send(JSON.stringify({ type, ref, data }))
    })
  }

  /** Ends it without a word. */
  cut(): void {
    this.#socket.terminate()
  }

  #receive(frame: ServerFrame): void {
    if (frame.type === 'hello') this.#silenceLimitMs = frame.data.heartbeatMs * missedBeats
    this.#sawLife()
    this.#onFrame(frame, this)
    if (frame.type !== 'ack') return
    const ref = String(frame.ref)
    const pending = this.#acks.get(ref)
    this.#acks.delete(ref)
    if (frame.ok) pending?.resolve(frame.data)
    else pending?.reject(new NotAcknowledged(`refused: ${frame.error.detail ?? frame.error.code}`, frame.error))
  }

  #sawLife(): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.cut(), this.#silenceLimitMs)
  }
}
