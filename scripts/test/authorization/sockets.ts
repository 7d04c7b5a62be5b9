import { once } from 'node:events'
import type { ClientFrameType } from '@meeshy/shared/frames/client-frames'
import type { HelloData } from '@meeshy/shared/frames/server-frames'
import { WebSocket } from 'ws'
import { isRefused, type Persona } from './people.js'
import type { World } from './world.js'

const limitMs = 10_000

/** The open sockets of everybody in the world of the moment. */
export class SocketDoor {
  #world: World | undefined
  #sockets = new Map<Persona, MatrixSocket>()

  /** The socket of somebody; who cannot prove who they are is connected all the same, and not signed in. */
  async socketOf(world: World, persona: Persona): Promise<MatrixSocket> {
    if (world !== this.#world) this.close()
    this.#world = world
    const known = this.#sockets.get(persona)
    if (known) return known
    const socket = await MatrixSocket.open(world, isRefused(persona) ? undefined : world.token(persona))
    this.#sockets.set(persona, socket)
    return socket
  }

  /** The status that the upgrade is answered with when the token of this persona comes with it. */
  async upgrade(world: World, persona: Persona): Promise<number> {
    const webSocket = dial(world, world.token(persona))
    const refused = once(webSocket, 'unexpected-response').then(([, response]) => response.statusCode as number)
    const status = await Promise.race([refused, once(webSocket, 'upgrade').then(() => 101)])
    webSocket.terminate()
    return status
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
  }
}

/** A client that keeps the very bytes of its answers. */
export class MatrixSocket {
  readonly #webSocket: WebSocket
  readonly #frames: string[] = []
  #refs = 0

  private constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket
    webSocket.on('message', (raw) => this.#frames.push(String(raw)))
  }

  static async open(world: World, token: string | undefined): Promise<MatrixSocket> {
    const webSocket = dial(world, token)
    const socket = new MatrixSocket(webSocket)
    await once(webSocket, 'open')
    if (token !== undefined) await socket.#find('hello', isHello)
    return socket
  }

  /** That of `hello`; empty before. */
  get epoch(): string {
    const hello = this.#frames.find(isHello)
    return hello === undefined ? '' : (JSON.parse(hello) as { data: HelloData }).data.epoch
  }

  /** Sends a frame and waits for its ack. */
  request(type: ClientFrameType, data: unknown): Promise<string> {
    this.#refs += 1
    this.#webSocket.send(JSON.stringify({ type, ref: this.#refs, data }))
    const start = `{"type":"ack","ref":${this.#refs},`
    return this.#find(`the ack of ${type}`, (frame) => frame.startsWith(start))
  }

  /** The frame that brings the last of what was missed of a conversation. */
  resumedOf(conversationId: string): Promise<string> {
    const isLast = (frame: string) =>
      frame.startsWith('{"type":"resumed"') && frame.includes(conversationId) && !frame.includes('"more":true')
    return this.#find(`what was missed of ${conversationId}`, isLast)
  }

  close(): void {
    this.#webSocket.terminate()
  }

  /** The last frame that matches, among those that are there and those to come. */
  async #find(what: string, matches: (frame: string) => boolean): Promise<string> {
    const signal = AbortSignal.timeout(limitMs)
    for (;;) {
      const found = this.#frames.findLast(matches)
      if (found !== undefined) return found
      await once(this.#webSocket, 'message', { signal }).catch((cause: unknown) => {
        throw new Error(`waited in vain for ${what}`, { cause })
      })
    }
  }
}

function isHello(frame: string): boolean {
  return frame.startsWith('{"type":"hello"')
}

function dial({ source }: World, token: string | undefined): WebSocket {
  const query = token === undefined ? '' : `?token=${token}`
  const webSocket = new WebSocket(`${source.gatewayUrl.replace('http', 'ws')}/ws${query}`)
  // A line that is cut before it opens says so; what is waited for tells more.
  return webSocket.on('error', () => {})
}
