import type { Event__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'

const maxEvents = 64
const maxCharacters = 64 * 1024

/** Tells when so much of a backlog was delivered that the sockets have to be written to before there is more. */
export class Pace {
  #events = 0
  #characters = 0

  /** Counts an event; true when it was the last one for now. */
  isDue({ message }: Event__Output): boolean {
    this.#events += 1
    this.#characters += message?.content.length ?? 0
    if (this.#events < maxEvents && this.#characters < maxCharacters) return false
    this.#events = 0
    this.#characters = 0
    return true
  }
}
