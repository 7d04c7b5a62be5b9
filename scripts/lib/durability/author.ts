import { newId } from '@meeshy/shared/ids'
import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import type { Random } from '../random.js'
import type { Entry, Ledger } from './ledger.js'

/** Asks for one thing and notes the ack; may be repeated until there is one. */
export type Request = (client: ContractClient) => Promise<void>

const words = 'the train to the sea leaves at ten and nobody has seen my other shoe'.split(' ')
const mostWords = 200

/** Somebody who writes, and now and then edits, deletes and reads; only they touch their messages. */
export class Author {
  readonly #messages: Entry[] = []

  constructor(
    private readonly userId: string,
    private readonly conversationIds: readonly string[],
    private readonly ledger: Ledger,
    private readonly random: Random,
  ) {}

  /** What they do next: write, mostly. */
  next(): Request {
    const mood = this.random.next()
    const settled = this.#messages.filter(({ acknowledged, underWay }) => acknowledged?.content != null && !underWay)
    const message = this.random.pick(settled)
    if (!message || mood < 0.85) return this.write()
    if (mood < 0.91) return this.#edit(message)
    if (mood < 0.95) return this.#remove(message)
    return this.#markRead(message)
  }

  write(): Request {
    const conversationId = this.random.pick(this.conversationIds) ?? ''
    const [senderId, clientMessageId, content] = [this.userId, newId(), this.#sentence()]
    const entry = this.ledger.open({ conversationId, senderId, clientMessageId }, content)
    this.#messages.push(entry)
    const request = { conversationId, senderId, clientMessageId, content, originalLanguage: 'en' }
    return async (client) => this.ledger.acknowledge(entry, (await client.create(request)).message)
  }

  #edit(entry: Entry): Request {
    const content = this.#sentence()
    const { id: messageId = '', revision = 0 } = entry.acknowledged ?? {}
    entry.underWay = { content, revision: revision + 1 }
    const request = { messageId, userId: this.userId, content, originalLanguage: 'en' }
    return async (client) => this.ledger.acknowledge(entry, (await client.update(request)).message)
  }

  #remove(entry: Entry): Request {
    const { id: messageId = '', revision = 0 } = entry.acknowledged ?? {}
    entry.underWay = { content: null, revision }
    return async (client) => this.ledger.acknowledge(entry, await client.remove({ messageId, userId: this.userId }))
  }

  #markRead({ conversationId, acknowledged }: Entry): Request {
    const request = { conversationId, userId: this.userId, seq: acknowledged?.seq ?? 0 }
    return async (client) => {
      const { seq } = await client.markAsRead(request)
      this.ledger.markRead(conversationId, this.userId, seq)
    }
  }

  /** Different from all others, and now and then too long for one page of the database. */
  #sentence(): string {
    const count = this.random.next() < 0.05 ? this.random.integer(1, mostWords) * 3 : this.random.integer(1, 20)
    return [newId(), ...Array.from({ length: count }, () => this.random.pick(words))].join(' ')
  }
}
