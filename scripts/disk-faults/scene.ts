import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import { Author } from '../lib/durability/author.js'
import { type Findings, inspect } from '../lib/durability/findings.js'
import { Ledger } from '../lib/durability/ledger.js'
import { LoneService } from '../lib/durability/lone-service.js'
import { createPeople } from '../lib/durability/people.js'
import type { Random } from '../lib/random.js'
import type { Attempts } from './attempts.js'

const people = 4
const conversations = 2

/** The service with four people who write to it, for trouble to come over. */
export class Scene {
  #client: ContractClient | undefined

  private constructor(
    readonly service: LoneService,
    readonly authors: readonly Author[],
    readonly conversationIds: readonly string[],
    readonly userIds: readonly string[],
    private readonly ledger: Ledger,
  ) {}

  /** Prepares everything but the start; the database comes into `folder`. */
  static async prepare(folder: string, random: Random): Promise<Scene> {
    const service = await LoneService.prepare(folder)
    const { userIds, conversationIds } = await createPeople(service.databaseUrl, people, conversations)
    const ledger = new Ledger()
    const authors = userIds.map((userId) => new Author(userId, conversationIds, ledger, random))
    return new Scene(service, authors, conversationIds, userIds, ledger)
  }

  get client(): ContractClient {
    if (!this.#client) throw new Error('The service is not started')
    return this.#client
  }

  async start(): Promise<void> {
    await this.service.process.start()
    this.#client = this.service.connect()
  }

  async kill(): Promise<void> {
    await this.service.process.kill()
    this.#client?.close()
  }

  /** The trouble is over: what has failed is asked for again, and everybody goes on. @throws the first refusal */
  async recover({ failed }: Attempts): Promise<void> {
    for (const request of failed) await request(this.client)
    await Promise.all(this.authors.map((author) => author.next()(this.client)))
  }

  /** What a crash at this moment would leave. */
  inspect(): Promise<Findings> {
    return this.service.process.frozen(() => inspect(this.service.databaseFile, this.ledger))
  }

  /** The newest page of a conversation, which needs no room and no lock. */
  async read(): Promise<void> {
    const [conversationId = '', userId = ''] = [this.conversationIds[0], this.userIds[0]]
    await this.client.list({ conversationId, userId })
  }
}
