import fc from 'fast-check'
import { settings } from '../../src/config.js'
import type { OpenApi } from '../../src/plugins/openapi-document.js'
import { type Endpoint, endpointsOf } from '../openapi-file.js'
import { startTestGateway } from '../support.js'
import { answerChecker, type Check } from './checker.js'
import { draftsFor, toWire } from './requests.js'
import { type Reply, type Wire, WireClient } from './wire.js'
import { people, World } from './world.js'

const requestsPerRepair = 25
const linesKept = 50

/** Answers by status. */
export type Statuses = Record<string, number>

/** A gateway under random requests. */
export class Fuzz {
  readonly #check: Check
  #sinceRepair = requestsPerRepair

  private constructor(
    readonly document: OpenApi,
    readonly world: World,
    readonly wire: WireClient,
  ) {
    this.#check = answerChecker(document)
  }

  static async start(): Promise<Fuzz> {
    const gateway = await startTestGateway({ ...highestRates(), LOG_LEVEL: 'warn' })
    const document = (await gateway.call<OpenApi>('GET', '/docs/json')).body
    return new Fuzz(document, new World(gateway), new WireClient(gateway.url))
  }

  /** Sends so many requests to one operation. @throws with the seed and the smallest request that is answered wrong */
  async run(endpoint: Endpoint, { runs, seed }: { runs: number; seed: number }): Promise<Statuses> {
    const statuses: Statuses = {}
    this.#sinceRepair = requestsPerRepair
    const property = fc.asyncProperty(draftsFor(endpoint, this.document.components.schemas), async (draft) => {
      await this.#repair(endpoint.path)
      const wire = toWire(endpoint, draft, this.world.find)
      const reply = await this.wire.send(wire, this.world.tokenOf(draft.caller))
      statuses[reply.status] = (statuses[reply.status] ?? 0) + 1
      const wrong = this.#judge(endpoint, reply)
      if (wrong.length > 0) throw new Error(this.#report(wire, draft.caller, reply, wrong))
      if (reply.status === 401 && people.some((name) => name === draft.caller)) this.#sinceRepair = requestsPerRepair
    })
    // Not asserted: its report prints the values, and some of them are made so that printing them fails.
    const { failed, errorInstance } = await fc.check(property, { numRuns: runs, seed })
    if (failed) throw errorInstance
    return statuses
  }

  async close(): Promise<void> {
    this.wire.close()
    await this.world.gateway.close()
  }

  async #repair(path: string): Promise<void> {
    const { lines } = this.world.gateway
    if (lines.length > linesKept) lines.splice(0, lines.length - linesKept)
    this.#sinceRepair += 1
    if (this.#sinceRepair <= requestsPerRepair) return
    await this.world.repair(path)
    this.#sinceRepair = 0
  }

  /** What is wrong with an answer: a failure of ours, a limit that cannot be reached, or not what the document says. */
  #judge({ path, operation: { responses } }: Endpoint, { status, type, text }: Reply): string[] {
    if (status >= 500 || status === 429) return ['must not happen']
    const response = responses[status] ?? responses[`${Math.floor(status / 100)}XX`]
    if (!response) return ['a status that the document does not name']
    const content = response.content ?? {}
    const mediaType = type.split(';', 1)[0] ?? ''
    if (Object.keys(content).length === 0) return text === '' ? [] : ['an answer that should be empty']
    const media = content[mediaType]
    if (!media) return [`the media type ${mediaType}`]
    const body: unknown = mediaType.endsWith('json') ? JSON.parse(text) : text
    if (status < 300) this.world.learn(path, body)
    else if ((body as { status: unknown }).status !== status) return ['a problem of another status']
    return this.#check(media.schema, body)
  }

  #report({ method, path, type, body }: Wire, caller: string, { status, text }: Reply, wrong: string[]): string {
    const request = `${method} ${path} by ${caller}${type === undefined ? '' : `, ${type}: ${body?.toString().slice(0, 2_000)}`}`
    const failures = this.world.gateway.lines.filter((line) => /"level":"(error|warn)"/.test(line)).slice(-2)
    return [...wrong, request, `${status} ${text.slice(0, 1_000)}`, ...failures].join('\n')
  }
}

/** Every limit of the configuration that counts something over time, as high as it goes. */
export function highestRates(): Record<string, string> {
  const entries = Object.entries(settings.properties).flatMap(([name, schema]) => {
    const { maximum } = schema as { maximum?: number }
    return /_PER_[A-Z0-9]+$/.test(name) && maximum !== undefined ? [[name, String(maximum)]] : []
  })
  return Object.fromEntries(entries)
}

/** One part of the operations, so that several can be fuzzed side by side. */
export function partOf(document: OpenApi, part: number, parts: number): Endpoint[] {
  return endpointsOf(document).filter((_, index) => index % parts === part)
}
