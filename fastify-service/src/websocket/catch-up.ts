/** A conversation that catches up. */
interface Gate {
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
  #gates: Map<string, Gate> | null = null
  #work: Promise<void> = Promise.resolve()

  /** How many conversations are catching up. */
  get count(): number {
    return this.#gates?.size ?? 0
  }

  begin(conversationId: string): void {
    this.#gates ??= new Map()
    const gate = this.#gates.get(conversationId)
    if (gate) gate.replays += 1
    else this.#gates.set(conversationId, { replays: 1, leftOut: 0 })
  }

  /** Whether it is still catching up; not after `drop`. */
  has(conversationId: string): boolean {
    return this.#gates?.has(conversationId) ?? false
  }

  /** Whether a live event has to be left out; it is noted. */
  holdsBack(conversationId: string, eventSeq: number): boolean {
    const gate = this.#gates?.get(conversationId)
    if (!gate) return false
    gate.leftOut = Math.max(gate.leftOut, eventSeq)
    return true
  }

  /** Whether an event after this one was left out. */
  isBehind(conversationId: string, eventSeq: number): boolean {
    return (this.#gates?.get(conversationId)?.leftOut ?? 0) > eventSeq
  }

  /** A replay is over: with the last one live events come through again. */
  end(conversationId: string): void {
    const gate = this.#gates?.get(conversationId)
    if (!gate) return
    gate.replays -= 1
    if (gate.replays === 0) this.drop(conversationId)
  }

  /** Live events come through again, whatever is under way: the conversation is no longer the user's. */
  drop(conversationId: string): void {
    this.#gates?.delete(conversationId)
    if (this.#gates?.size === 0) this.#gates = null
  }

  /** Runs replays one after the other: a client that asks for much waits for itself. */
  queue(replay: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(replay, replay)
    return this.#work
  }
}
