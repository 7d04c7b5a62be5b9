import { connect, type Socket } from 'node:net'
import type { Dialect, Draft } from './dialects.js'
import { clientFrame, FrameReader } from './frame-reader.js'

/** All connections read into the same memory: what came is looked at before the next piece comes. */
const readBuffer = Buffer.allocUnsafe(64 * 1024)
const headersEnd = '\r\n\r\n'
const key = 'dGhlIHNhbXBsZSBub25jZQ=='

interface SeatOptions {
  port: number
  token: string
  dialect: Dialect
  /** Takes the payload of a message, which is valid during the call only. */
  onMessage(payload: Buffer): void
  /** Takes every other frame. */
  onOther(text: string): void
  /** It is closed, though nobody here closed it. */
  onLost(why: string): void
}

/** One connection of somebody who reads, as lean as it can be. */
export class Seat {
  readonly #options: SeatOptions
  readonly #frames: FrameReader
  readonly #socket: Socket
  #headers: string | null = ''
  #onIn: () => void = () => {}
  #why = ''

  /** Connects; `taken` resolves when the server has let it in. */
  constructor(options: SeatOptions) {
    this.#options = options
    this.#frames = new FrameReader(
      (payload) => this.#takeText(payload),
      (code) => {
        this.#why = ` with ${code}`
        this.#socket.end()
      },
    )
    const onread = {
      buffer: readBuffer,
      callback: (length: number) => {
        this.#take(readBuffer.subarray(0, length))
        return true
      },
    }
    this.#socket = connect({ host: '127.0.0.1', port: options.port, noDelay: true, onread })
    this.#socket.on('error', ({ message }) => options.onLost(`${message}${this.#why}`))
    this.#socket.on('close', () => options.onLost(`a connection was closed${this.#why}`))
  }

  taken(): Promise<void> {
    const upgrade = this.#options.dialect.upgrade(this.#options.token)
    if (upgrade) this.#socket.write(upgradeRequest(upgrade))
    else this.#headers = null
    return new Promise((resolve) => {
      this.#onIn = resolve
    })
  }

  /** Takes nothing any more, as when its network has gone. */
  goDeaf(): void {
    this.#socket.pause()
  }

  /** Takes again; only now it can see that it was cut off. */
  hearAgain(): void {
    this.#socket.resume()
  }

  send(ref: string, draft: Draft): void {
    this.#socket.write(this.#options.dialect.send(ref, draft))
  }

  #take(piece: Buffer): void {
    if (this.#headers === null) this.#frames.take(piece)
    else this.#takeHeaders(piece)
  }

  #takeHeaders(piece: Buffer): void {
    const headers = this.#headers + piece.toString('latin1')
    this.#headers = headers
    const end = headers.indexOf(headersEnd)
    if (end < 0) return
    if (!headers.startsWith('HTTP/1.1 101 ')) {
      this.#options.onLost(`refused: ${headers.split('\r\n')[0]}`)
      return
    }
    this.#headers = null
    const rest = headers.slice(end + headersEnd.length)
    if (rest) this.#frames.take(Buffer.from(rest, 'latin1'))
  }

  #takeText(payload: Buffer): void {
    const { dialect, onMessage, onOther } = this.#options
    const { messageStart } = dialect
    if (payload.subarray(0, messageStart.length).equals(messageStart)) {
      onMessage(payload)
      return
    }
    const text = payload.toString()
    const answer = dialect.meet(text)
    if (answer === 'in') this.#onIn()
    else if (answer) this.#socket.write(clientFrame(answer.say))
    else onOther(text)
  }
}

function upgradeRequest({ path, protocols }: { path: string; protocols: string }): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
    ...(protocols ? [`Sec-WebSocket-Protocol: ${protocols}`] : []),
  ]
  return lines.join('\r\n') + headersEnd
}
