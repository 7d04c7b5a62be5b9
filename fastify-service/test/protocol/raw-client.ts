import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { opcodes, type ServerFrameParts, takeFrame } from './frames.js'

/** The head of an upgrade: `null` leaves a header out, an array repeats it. */
export interface Upgrade {
  method?: string
  path?: string
  version?: string
  headers?: Record<string, string | string[] | null>
}

/** What a server answered before any frame. */
export interface Head {
  status: number
  headers: Record<string, string>
}

const endOfHead = '\r\n\r\n'
const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** A client made of bytes: nothing between it and the wire corrects what it does. */
export class RawClient {
  /** Every frame of the server. */
  readonly frames: ServerFrameParts[] = []
  head: Head | null = null
  /** What came instead of frames, when the upgrade was refused. */
  body = ''
  /** The server has hung up, or the line was cut. */
  ended = false
  readonly key = randomBytes(16).toString('base64')
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #whenChanged: Array<() => void> = []

  constructor(url: string) {
    const { hostname, port } = new URL(url)
    this.#socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true })
    this.#socket.on('data', (chunk) => this.#take(chunk))
    this.#socket.on('error', () => {})
    this.#socket.on('end', () => this.#end())
    this.#socket.on('close', () => this.#end())
  }

  /** Upgrades with the token in the query, and waits for `hello`; without a token for the 101. */
  static async open(url: string, token?: string): Promise<RawClient> {
    const client = new RawClient(url)
    client.write(client.upgrade(token === undefined ? {} : { path: `/ws?token=${token}` }))
    const isIn = () => (token === undefined ? client.head !== null : client.frames.length > 0) || client.ended
    await waitFor(isIn, { what: 'the upgrade' })
    if (client.head?.status !== 101) throw new Error(`the upgrade was refused: ${client.head?.status} ${client.body}`)
    client.frames.length = 0
    return client
  }

  /** The bytes of an upgrade, right but for what is said otherwise. */
  upgrade({ method = 'GET', path = '/ws', version = 'HTTP/1.1', headers = {} }: Upgrade = {}): Buffer {
    const all: NonNullable<Upgrade['headers']> = {
      Host: 'localhost',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': this.key,
      ...headers,
    }
    const lines = Object.entries(all).flatMap(([name, value]) =>
      value === null ? [] : [value].flat().map((one) => `${name}: ${one}\r\n`),
    )
    return Buffer.from(`${method} ${path} ${version}\r\n${lines.join('')}\r\n`, 'latin1')
  }

  /** What Sec-WebSocket-Accept has to be. */
  get accept(): string {
    return createHash('sha1').update(`${this.key}${guid}`).digest('base64')
  }

  /** The code of the server's close frame: 1005 for one without, null when there was no close frame. */
  get closeCode(): number | null {
    const close = this.frames.find(({ opcode }) => opcode === opcodes.close)
    if (!close) return null
    return close.payload.length < 2 ? 1005 : close.payload.readUInt16BE(0)
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  /** Says that nothing more comes, and still reads. */
  end(): void {
    this.#socket.end()
  }

  /** Cuts the line with an RST. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** Resolves when something has come, or the line has ended, or after so long without either. */
  async change(limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#whenChanged.push(resolve)
      timer = setTimeout(resolve, limitMs)
    })
    clearTimeout(timer)
  }

  #tell(): void {
    for (const resolve of this.#whenChanged.splice(0)) resolve()
  }

  #end(): void {
    this.ended = true
    this.#socket.end()
    this.#tell()
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    this.#tell()
    if (!this.head) this.#takeHead()
    if (this.head?.status !== 101) {
      this.body += this.#received.toString()
      this.#received = Buffer.alloc(0)
      return
    }
    for (let taken = takeFrame(this.#received); taken; taken = takeFrame(this.#received)) {
      this.#received = Buffer.from(taken.rest)
      this.frames.push(taken.frame)
    }
  }

  #takeHead(): void {
    const end = this.#received.indexOf(endOfHead)
    if (end === -1) return
    const [statusLine = '', ...lines] = this.#received.subarray(0, end).toString('latin1').split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.replace(/^[^:]*: */, '')]),
    )
    this.head = { status: Number(statusLine.split(' ')[1]), headers }
    this.#received = this.#received.subarray(end + endOfHead.length)
  }
}
