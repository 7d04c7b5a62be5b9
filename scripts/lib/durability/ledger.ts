/** What a message says: its text, or null for a tombstone. */
export interface State {
  content: string | null
  revision: number
}

/** A message as its author knows it. */
export interface Entry {
  readonly conversationId: string
  readonly senderId: string
  readonly clientMessageId: string
  /** As the last ack told it; null before the first. */
  acknowledged: (State & { id: string; seq: number }) | null
  /** What it becomes by a request that is not answered yet, and may have been carried out or not. */
  underWay: State | null
}

/** A message as an ack tells it. */
export interface Told {
  id: string
  seq: number
  revision: number
  content: string | null
  deletedAt?: string | null
}

/** What authors have asked for and what was acknowledged; the database is held to it. */
export class Ledger {
  /** By author and what they called it. */
  readonly entries = new Map<string, Entry>()
  /** Acks that did not tell what was asked for. */
  wrongAcks = 0
  readonly #marks = new Map<string, number>()

  /** A message that will be sent. */
  open(message: Pick<Entry, 'conversationId' | 'senderId' | 'clientMessageId'>, content: string): Entry {
    const entry = { ...message, acknowledged: null, underWay: { content, revision: 1 } }
    this.entries.set(keyOf(message), entry)
    return entry
  }

  /** Notes an ack of what is under way. */
  acknowledge(entry: Entry, { id, seq, revision, content, deletedAt }: Told): void {
    const told = { id, seq, revision, content: deletedAt ? null : content }
    const { acknowledged: before, underWay: asked } = entry
    const isAsked = told.content === asked?.content && told.revision === asked.revision
    const isSame = before === null || (before.id === id && before.seq === seq)
    if (!isAsked || !isSame) this.wrongAcks += 1
    entry.acknowledged = told
    entry.underWay = null
    // Who writes has read what stands above.
    if (before === null) this.markRead(entry.conversationId, entry.senderId, seq)
  }

  markRead(conversationId: string, userId: string, seq: number): void {
    const key = `${conversationId} ${userId}`
    this.#marks.set(key, Math.max(seq, this.#marks.get(key) ?? 0))
  }

  /** Up to where somebody was told that they have read. */
  get marks(): { conversationId: string; userId: string; seq: number }[] {
    return [...this.#marks].map(([key, seq]) => {
      const [conversationId = '', userId = ''] = key.split(' ')
      return { conversationId, userId, seq }
    })
  }
}

export function keyOf({ senderId, clientMessageId }: Pick<Entry, 'senderId' | 'clientMessageId'>): string {
  return `${senderId} ${clientMessageId}`
}
