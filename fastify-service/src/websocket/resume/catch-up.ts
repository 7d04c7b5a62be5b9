/** Between what a client has seen of a conversation and what is live. */
interface Gap {
  /** How many replays of it are under way: a client may ask twice. */
  replays: number
  /** The highest number of a live event that was left out. */
  leftOut: number
}

/**
 * The conversations whose missed events a client is getting. Live events of such a conversation are left out until it
 * has caught up: they are in the log, so that they come with the missed ones, in their order.
 */
export class CatchUp {
  /** By conversation; null for most sockets at most times. */
  #gaps: Map<string, Gap> | null = null
  #work: Promise<void> = Promise.resolve()
  #count = 0

  /** How many conversations are still to be replayed; one that is asked for twice counts twice. */
  get count(): number {
    return this.#count
  }

  begin(conversationId: string): void {
    this.#count += 1
    this.#gaps ??= new Map()
    const gap = this.#gaps.get(conversationId)
    if (gap) gap.replays += 1
    else this.#gaps.set(conversationId, { replays: 1, leftOut: 0 })
  }

  /** Whether it is still catching up; not after `drop`. */
  has(conversationId: string): boolean {
    return this.#gaps?.has(conversationId) ?? false
  }

  /** Whether a live event has to be left out; it is noted. */
  holdsBack(conversationId: string, eventSeq: number): boolean {
    const gap = this.#gaps?.get(conversationId)
    if (!gap) return false
    gap.leftOut = Math.max(gap.leftOut, eventSeq)
    return true
  }

  /** Whether an event after this one was left out. */
  isBehind(conversationId: string, eventSeq: number): boolean {
    return (this.#gaps?.get(conversationId)?.leftOut ?? 0) > eventSeq
  }

  /** A replay is over: with the last one live events come through again. */
  end(conversationId: string): void {
    const gap = this.#gaps?.get(conversationId)
    if (!gap) return
    gap.replays -= 1
    if (gap.replays === 0) this.drop(conversationId)
  }

  /** Live events come through again, whatever is under way: the conversation is no longer the user's. */
  drop(conversationId: string): void {
    this.#gaps?.delete(conversationId)
    if (this.#gaps?.size === 0) this.#gaps = null
  }

  /** Runs replays, of so many conversations each, one after the other: a client that asks for much waits for itself. */
  queue(conversations: number, replay: () => Promise<void>): Promise<void> {
    const work = this.#work.then(replay, replay)
    this.#work = work.finally(() => {
      this.#count -= conversations
    })
    return this.#work
  }
}
