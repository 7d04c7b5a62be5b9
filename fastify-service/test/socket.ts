import type { ClientFrameType } from '@meeshy/shared/frames/client-frames'
import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import type { ProblemDetails } from '@meeshy/shared/problems'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { WebSocket } from 'ws'

type Frame<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>

export interface SocketOptions {
  token?: string
  /** Sent as subprotocols instead of in the query. */
  protocols?: string[]
  origin?: string
}

/** A client on the wire, which keeps everything it gets. */
export class TestSocket {
  readonly frames: ServerFrame[] = []
  /** Set once the socket has closed. */
  closed: { code: number; reason: string } | null = null
  #refs = 0

  constructor(readonly socket: WebSocket) {
    socket.on('message', (raw) => this.frames.push(JSON.parse(String(raw)) as ServerFrame))
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
    })
    socket.on('error', () => {})
  }

  framesOf<Type extends ServerFrame['type']>(type: Type): Array<Frame<Type>> {
    return this.frames.filter((frame): frame is Frame<Type> => frame.type === type)
  }

  /** Waits for the frame of a type that comes after `skip` others. */
  async next<Type extends ServerFrame['type']>(type: Type, skip = 0): Promise<Frame<Type>> {
    await waitFor(() => this.framesOf(type).length > skip, { what: `frame ${skip + 1} of type ${type}` })
    return this.framesOf(type)[skip] as Frame<Type>
  }

  sendRaw(data: string | Buffer): void {
    this.socket.send(data)
  }

  /** Sends a frame with a ref and waits for its ack. */
  async request(type: ClientFrameType, data: unknown): Promise<Frame<'ack'>> {
    this.#refs += 1
    const ref = `test-${this.#refs}`
    this.sendRaw(JSON.stringify({ type, ref, data }))
    return this.ackOf(ref)
  }

  async ackOf(ref: string | number): Promise<Frame<'ack'>> {
    const find = () => this.framesOf('ack').find((frame) => frame.ref === ref)
    await waitFor(() => find() !== undefined, { what: `the ack of ${ref}` })
    return find() as Frame<'ack'>
  }

  /** A request that has to fail. */
  async fail(type: ClientFrameType, data: unknown): Promise<ProblemDetails> {
    const ack = await this.request(type, data)
    if (ack.ok) throw new Error(`${type} should have failed`)
    return ack.error
  }

  async waitForClose(): Promise<{ code: number; reason: string }> {
    await waitFor(() => this.closed !== null, { what: 'the socket to close' })
    return this.closed as { code: number; reason: string }
  }

  close(): void {
    this.socket.close()
  }
}

/** Opens a socket; rejects with the HTTP answer when the upgrade is refused. */
export async function openSocket(url: string, options: SocketOptions = {}): Promise<TestSocket> {
  const { socket, opened } = dial(url, options)
  const test = new TestSocket(socket)
  const refusal = await opened
  if (refusal) throw new Error(`the upgrade was refused: ${refusal.status} ${refusal.text}`)
  return test
}

/** Opens a socket that is signed in: the first frame has come. */
export async function signIn(url: string, token: string): Promise<TestSocket> {
  const socket = await openSocket(url, { token })
  await socket.next('hello')
  return socket
}

export interface Refusal {
  status: number
  type: string | undefined
  text: string
  problem: ProblemDetails
}

/** An upgrade that has to be refused: its HTTP answer. */
export async function refusedUpgrade(url: string, options: SocketOptions = {}): Promise<Refusal> {
  const { socket, opened } = dial(url, options)
  const refusal = await opened
  if (refusal) return refusal
  socket.terminate()
  throw new Error('the upgrade was not refused')
}

function dial(url: string, { token, protocols = [], origin }: SocketOptions) {
  const query = token === undefined ? '' : `?token=${encodeURIComponent(token)}`
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws${query}`, protocols, origin ? { origin } : {})
  const opened = new Promise<Refusal | null>((resolve, reject) => {
    socket.on('open', () => resolve(null))
    socket.on('error', reject)
    socket.on('unexpected-response', (_, response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += String(chunk)
      })
      response.on('end', () => {
        const type = response.headers['content-type']
        resolve({ status: response.statusCode ?? 0, type, text, problem: JSON.parse(text) as ProblemDetails })
      })
    })
  })
  return { socket, opened }
}
