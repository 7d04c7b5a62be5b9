import { ContractClient } from '@meeshy/shared/testing/contract-client'
import type { Dialect, Draft } from './dialects.js'
import type { Seat } from './seat.js'

export interface ServiceAddress {
  host: string
  port: number
  serviceToken: string
}

/** Somebody who can say something. */
export interface Speaker {
  userId: string
  seat: Seat
}

/** How what somebody says gets to everybody. */
export interface Way {
  /** @returns its number when it is acknowledged; waits for ever where the server does not answer */
  send(speaker: Speaker, draft: Draft): Promise<number>
}

/** Over the speaker's own connection. */
export class OwnConnection implements Way {
  /** What waits for the answer with this reference. */
  readonly #waiting = new Map<string, { resolve(seq: number): void; reject(error: Error): void }>()
  #sent = 0

  constructor(private readonly dialect: Dialect) {}

  send({ seat }: Speaker, draft: Draft): Promise<number> {
    this.#sent += 1
    const ref = String(this.#sent)
    seat.send(ref, draft)
    return new Promise((resolve, reject) => {
      if (this.dialect.acks) this.#waiting.set(ref, { resolve, reject })
    })
  }

  /** Takes the answer to something that was sent. */
  takeAck(text: string): void {
    const { ref, ok, data } = JSON.parse(text) as { ref: string; ok: boolean; data: { seq: number } }
    const waiting = this.#waiting.get(ref)
    this.#waiting.delete(ref)
    if (ok) waiting?.resolve(data.seq)
    else waiting?.reject(new Error(`a message was refused: ${text}`))
  }
}

/** At the translation service: a gateway where the speaker is not connected would write it like this. */
export class Elsewhere implements Way {
  readonly #client: ContractClient

  constructor(address: ServiceAddress) {
    this.#client = new ContractClient(address, address.serviceToken)
  }

  async send({ userId: senderId }: Speaker, draft: Draft): Promise<number> {
    const { message } = await this.#client.create({ ...draft, senderId })
    return Number(message.seq)
  }
}
