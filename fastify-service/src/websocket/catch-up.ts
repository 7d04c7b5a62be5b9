/**
 * The conversations whose missed events a client is getting. Live events of such a conversation are left out until it
 * has caught up: they are in the log, so that they come with the missed ones, in their order.
 */
export class CatchUp {
  /** By conversation, the highest number of an event that was left out. */
  readonly #leftOut = new Map<string, number>()

  /** How many conversations are catching up. */
  get count(): number {
    return this.#leftOut.size
  }

  begin(conversationId: string): void {
    if (!this.#leftOut.has(conversationId)) this.#leftOut.set(conversationId, 0)
  }

  /** Whether a live event has to be left out; it is noted. */
  holdsBack(conversationId: string, eventSeq: number): boolean {
    const last = this.#leftOut.size > 0 ? this.#leftOut.get(conversationId) : undefined
    if (last === undefined) return false
    if (eventSeq > last) this.#leftOut.set(conversationId, eventSeq)
    return true
  }

  /** Whether an event after this one was left out. */
  isBehind(conversationId: string, eventSeq: number): boolean {
    return (this.#leftOut.get(conversationId) ?? 0) > eventSeq
  }

  /** Live events come through again. */
  end(conversationId: string): void {
    this.#leftOut.delete(conversationId)
  }
}
