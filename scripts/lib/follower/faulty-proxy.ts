import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

interface Pair {
  client: Socket
  gateway: Socket
  /** Handles what the gateway sends next, in place of passing it on. */
  next: ((data: Buffer) => void) | null
}

/** A line that went silent is taken away from the gateway's side after this long at last. */
const silenceMs = 10_000

/** What stands between a client and the gateway, and breaks. */
export class FaultyProxy {
  readonly #pairs = new Set<Pair>()
  #breakNext: ((pair: Pair) => void) | null = null
  #closedUntil = 0

  private constructor(
    private readonly server: Server,
    private readonly gatewayPort: number,
  ) {
    server.on('connection', (client) => this.#accept(client))
  }

  static async start(gatewayPort: number): Promise<FaultyProxy> {
    const server = createServer()
    const proxy = new FaultyProxy(server, gatewayPort)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** TCP RST to both sides. */
  reset(): void {
    for (const pair of this.#pairs) resetBoth(pair)
  }

  /** Half-open: neither reads nor writes any more, and says nothing of it. */
  silence(): void {
    for (const { client, gateway } of this.#pairs) {
      client.pause()
      gateway.pause()
      setTimeout(() => gateway.destroy(), silenceMs).unref()
    }
  }

  /** Nothing gets through for a while; then everything does. */
  stall(milliseconds: number): void {
    for (const { client, gateway } of this.#pairs) {
      gateway.pause()
      client.pause()
      setTimeout(() => {
        gateway.resume()
        client.resume()
      }, milliseconds).unref()
    }
  }

  /** The next bytes of the gateway reach the client up to this share of them, then the line is gone. */
  cutInside(share: number): void {
    for (const pair of this.#pairs) pair.next = cutAt(pair, share)
  }

  /** The same for the first bytes of the next connection: the handshake. */
  cutNextHandshake(share: number): void {
    this.#breakNext = (pair) => {
      pair.next = cutAt(pair, share)
    }
  }

  /** Resets the line, and every new one for a while. */
  away(milliseconds: number): void {
    this.#closedUntil = performance.now() + milliseconds
    this.reset()
  }

  async close(): Promise<void> {
    this.server.close()
    for (const { client, gateway } of this.#pairs) {
      client.destroy()
      gateway.destroy()
    }
  }

  #accept(client: Socket): void {
    if (performance.now() < this.#closedUntil) {
      client.resetAndDestroy()
      return
    }
    const pair: Pair = { client, gateway: connect(this.gatewayPort, '127.0.0.1'), next: null }
    this.#pairs.add(pair)
    this.#breakNext?.(pair)
    this.#breakNext = null
    const { gateway } = pair
    client.on('data', (data) => gateway.write(data))
    gateway.on('data', (data) => (pair.next ? pair.next(data) : client.write(data)))
    client.on('end', () => gateway.end())
    gateway.on('end', () => client.end())
    for (const side of [client, gateway]) {
      side.on('error', () => {})
      side.on('close', () => {
        this.#pairs.delete(pair)
        client.destroy()
        if (!gateway.isPaused()) gateway.destroy()
      })
    }
  }
}

function resetBoth({ client, gateway }: Pair): void {
  client.resetAndDestroy()
  gateway.resetAndDestroy()
}

function cutAt({ client, gateway }: Pair, share: number): (data: Buffer) => void {
  return (data) => {
    client.end(data.subarray(0, Math.floor(data.length * share)))
    gateway.resetAndDestroy()
  }
}
