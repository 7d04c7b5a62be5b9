import { Agent, request } from 'node:http'

/** A request as it goes over the wire, but for the token. */
export interface Wire {
  method: string
  path: string
  type?: string
  body?: string | Buffer
  headers?: Record<string, string>
}

export interface Reply {
  status: number
  type: string
  text: string
}

/** Sends requests over connections that stay open; nothing is normalised on the way. */
export class WireClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 })

  constructor(readonly url: string) {}

  send({ method, path, type, body, ...others }: Wire, token: string | null): Promise<Reply> {
    const headers = {
      ...others.headers,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(type && { 'content-type': type }),
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    }
    const { hostname, port } = new URL(this.url)
    return new Promise((resolve, reject) => {
      const outgoing = request({ agent: this.#agent, hostname, port, method, path, headers }, (incoming) => {
        const parts: Buffer[] = []
        incoming.on('data', (part: Buffer) => parts.push(part))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const text = Buffer.concat(parts).toString()
          resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'] ?? '', text })
        })
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
