import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import type { Request } from '../lib/durability/author.js'
import type { LoneService } from '../lib/durability/lone-service.js'

/** From one start of the service to its end. */
interface Life {
  readonly startedAt: number
  readonly clients: ContractClient[]
  isOver: boolean
  acks: number
  /** Milliseconds from the start of the process; null before the first ack. */
  firstAckMs: number | null
}

export type EndedLife = Pick<Life, 'acks' | 'firstAckMs'>

/** The service as senders find it, each over a connection of their own: there, or away until it is started again. */
export class Link {
  #life: Life | null = null
  #waiting: (() => void)[] = []

  constructor(
    private readonly service: LoneService,
    private readonly senders: number,
  ) {}

  /** The service is there. @param startedAt when its process was started */
  up(startedAt: number): void {
    // New clients come at once; those of the last life would wait before they try again.
    const clients = Array.from({ length: this.senders }, () => this.service.connect())
    this.#life = { startedAt, clients, isOver: false, acks: 0, firstAckMs: null }
    for (const resume of this.#waiting.splice(0)) resume()
  }

  /** The service goes away, by `kill`: what fails from now on is repeated in the next life. */
  async down(kill: () => Promise<void>): Promise<EndedLife> {
    const life = this.#life
    if (!life) throw new Error('the service was not there')
    life.isOver = true
    this.#life = null
    await kill()
    for (const client of life.clients) client.close()
    return life
  }

  /** Repeats a request until it is answered. @throws what the service refuses while it is there */
  async send(sender: number, request: Request): Promise<void> {
    for (;;) {
      const life = await this.#next()
      try {
        await request(life.clients[sender] as ContractClient)
        life.acks += 1
        life.firstAckMs ??= performance.now() - life.startedAt
        return
      } catch (error) {
        if (!life.isOver) throw error
      }
    }
  }

  async #next(): Promise<Life> {
    while (!this.#life) await new Promise<void>((resume) => this.#waiting.push(resume))
    return this.#life
  }
}
