import { Agent, get, type IncomingHttpHeaders } from 'node:http'
import { Stop } from '../../lib/command.js'
import { inFlight } from '../lib/load.js'

export interface Answer {
  headers: IncomingHttpHeaders
  body: Buffer
}

const connections = 8

/** Asks a server on loopback as somebody, over a few connections that stay open. */
export class RestClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: connections })

  constructor(
    private readonly port: number,
    private readonly token: string,
  ) {}

  /** Rejects for anything but a 200. */
  get(path: string): Promise<Answer> {
    const options = {
      agent: this.#agent,
      host: '127.0.0.1',
      port: this.port,
      path,
      headers: { authorization: `Bearer ${this.token}`, accept: 'application/json' },
    }
    return new Promise((resolve, reject) => {
      const request = get(options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          const body = Buffer.concat(chunks)
          if (response.statusCode === 200) resolve({ headers: response.headers, body })
          else reject(new Stop(`GET ${path} was answered with ${response.statusCode}: ${body}`))
        })
      })
      request.once('error', reject)
    })
  }

  /** So many requests, on all connections at once. Rejects when one is answered with other bytes. */
  getMany(path: string, count: number, expected: Buffer): Promise<void> {
    return inFlight(count, connections, async () => {
      const { body } = await this.get(path)
      if (!body.equals(expected)) throw new Stop(`GET ${path} was answered with other bytes than before`)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
