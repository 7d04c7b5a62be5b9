import { newId } from '@meeshy/shared/ids'
import type { Random } from '../random.js'
import type { Entry, Ledger, Told } from './ledger.js'

/** What an author asks for, over whichever wire. */
export interface Door {
  create(message: NewMessage): Promise<{ message: Told }>
  update(edit: Omit<NewMessage, 'conversationId' | 'senderId' | 'clientMessageId'> & Which): Promise<{ message: Told }>
  remove(which: Which): Promise<Told>
  markAsRead(place: { conversationId: string; userId: string; seq: number }): Promise<{ seq: number }>
}

interface NewMessage {
  conversationId: string
  senderId: string
  clientMessageId: string
  content: string
  originalLanguage: string
}

interface Which {
  messageId: string
  userId: string
}

/** Asks for one thing and notes the ack; may be repeated until there is one. */
export type Request = (door: Door) => Promise<void>

/** Where texts come from. */
export interface Texts {
  language: string
  next(): string
}

const words = 'the train to the sea leaves at ten and nobody has seen my other shoe'.split(' ')
const mostWords = 200

/** Somebody who writes, and now and then edits, deletes and reads; only they touch their messages. */
export class Author {
  readonly #messages: Entry[] = []

  /** @param texts sentences of English words without a meaning when absent */
  constructor(
    private readonly userId: string,
    private readonly conversationIds: readonly string[],
    private readonly ledger: Ledger,
    private readonly random: Random,
    private readonly texts: Texts = { language: 'en', next: () => sentence(random) },
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
    const [senderId, clientMessageId, content] = [this.userId, newId(), this.texts.next()]
    const entry = this.ledger.open({ conversationId, senderId, clientMessageId }, content)
    this.#messages.push(entry)
    const request = { conversationId, senderId, clientMessageId, content, originalLanguage: this.texts.language }
    return async (door) => this.ledger.acknowledge(entry, (await door.create(request)).message)
  }

  #edit(entry: Entry): Request {
    const { id: messageId = '', revision = 0, content: before } = entry.acknowledged ?? {}
    let content = this.texts.next()
    // An edit that changes nothing would be no new revision.
    while (content === before) content = this.texts.next()
    entry.underWay = { content, revision: revision + 1 }
    const request = { messageId, userId: this.userId, content, originalLanguage: this.texts.language }
    return async (door) => this.ledger.acknowledge(entry, (await door.update(request)).message)
  }

  #remove(entry: Entry): Request {
    const { id: messageId = '', revision = 0 } = entry.acknowledged ?? {}
    entry.underWay = { content: null, revision }
    return async (door) => this.ledger.acknowledge(entry, await door.remove({ messageId, userId: this.userId }))
  }

  #markRead({ conversationId, acknowledged }: Entry): Request {
    const request = { conversationId, userId: this.userId, seq: acknowledged?.seq ?? 0 }
    return async (door) => {
      const { seq } = await door.markAsRead(request)
      this.ledger.markRead(conversationId, this.userId, seq)
    }
  }
}

/** Different from all others, and now and then too long for one page of the database. */
function sentence(random: Random): string {
  const count = random.next() < 0.05 ? random.integer(1, mostWords) * 3 : random.integer(1, 20)
  return [newId(), ...Array.from({ length: count }, () => random.pick(words))].join(' ')
}
