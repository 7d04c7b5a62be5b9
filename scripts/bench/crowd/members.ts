import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { type Draft, dialects } from '../audience/dialects.js'
import { Seat } from '../audience/seat.js'
import { Tally } from '../audience/tally.js'
import { quantile } from '../lib/figures.js'
import { atRate, eachInFlight } from '../lib/load.js'
import type { Place } from './crowd-process.js'

const connectingAtOnce = 64
const limitMs = 60_000
/** So long that what is not taken soon fills what the system holds for a connection: about 4 MiB. */
const contentLength = 3_900
/** They begin with these. */
const texts = 'ABCDE'

/** What those who listen have heard. */
export interface Said {
  deliveries: number
  /** Milliseconds from when a message was due until the last listener had it. */
  lastMs: { p50: number; p99: number }
}

/** Connections that were closed. */
export interface Lost {
  deaf: number
  listening: number
}

/** Many connections, of which some take nothing from some moment on. */
export class Members {
  readonly #place: Place
  readonly #tally: Tally
  readonly #seats: Seat[] = []
  readonly #lost = new Set<number>()
  #deaf = 0
  #sent = 0
  /** By seat, messages that it has taken. */
  readonly #taken: Uint32Array
  /** Taken by those who listen. */
  #heard = 0
  /** Why they will never hear everything. */
  #wrong: string | undefined

  constructor(place: Place) {
    this.#place = place
    this.#tally = new Tally(dialects.gateway, place.tokens.length)
    this.#taken = new Uint32Array(place.tokens.length)
  }

  /** Connects everybody. */
  async sit(): Promise<void> {
    const { port, tokens } = this.#place
    await eachInFlight([...tokens.entries()], connectingAtOnce, ([index, token]) => {
      const seat = new Seat({
        ...{ port, token, dialect: dialects.gateway },
        onMessage: (payload) => {
          this.#tally.take(index, payload)
          this.#taken[index] = (this.#taken[index] ?? 0) + 1
          if (index >= this.#deaf) this.#heard += 1
        },
        onOther: (text) => {
          if (text.startsWith('{"type":"ack"') && !text.includes('"ok":true')) this.#wrong ??= `refused: ${text}`
        },
        onLost: (why) => {
          this.#lost.add(index)
          if (index >= this.#deaf) this.#wrong ??= `a listener was lost: ${why}`
        },
      })
      this.#seats[index] = seat
      return seat.taken()
    })
  }

  /** The first so many take nothing any more. */
  goDeaf(count: number): void {
    this.#deaf = count
    for (const seat of this.#seats.slice(0, count)) seat.goDeaf()
  }

  /** Those who listen say so many messages at a fixed rate; resolves when all who listen have heard them, in order. */
  async say({ conversationId, messages, perSecond }: { conversationId: string; messages: number; perSecond: number }) {
    const [first, heardBefore] = [this.#sent, this.#heard]
    const dueAt: number[] = []
    await atRate(messages, perSecond, async (_, due) => {
      dueAt.push(due)
      const listeners = this.#seats.length - this.#deaf
      const speaker = this.#seats[this.#deaf + (this.#sent % listeners)]
      speaker?.send(String(this.#sent), this.#draft(conversationId))
      this.#sent += 1
    })
    const deliveries = messages * (this.#seats.length - this.#deaf)
    const isHeard = () => {
      if (this.#wrong) throw new Error(this.#wrong)
      return this.#heard - heardBefore === deliveries
    }
    await waitFor(isHeard, { what: `${deliveries} deliveries`, timeoutMs: limitMs })
    const lastMs = dueAt.map((due, index) => this.#tally.lastAt(conversationId, first + index + 1) - due)
    return {
      deliveries,
      lastMs: { p50: quantile(lastMs, 0.5), p99: quantile(lastMs, 0.99) },
    } satisfies Said
  }

  /** The deaf take again; resolves when each of them has everything, or was cut off. */
  async hearAgain(): Promise<Lost> {
    const deaf = [...this.#seats.keys()].slice(0, this.#deaf)
    for (const index of deaf) this.#seats[index]?.hearAgain()
    const knows = (index: number) => this.#lost.has(index) || this.#taken[index] === this.#sent
    await waitFor(() => deaf.every(knows), { what: 'what became of the deaf', timeoutMs: limitMs })
    const lostDeaf = deaf.filter((index) => this.#lost.has(index)).length
    return { deaf: lostDeaf, listening: this.#lost.size - lostDeaf }
  }

  #draft(conversationId: string): Draft {
    const { phrase = '' } = this.#place
    const text = phrase.repeat(contentLength / phrase.length).trimEnd()
    const content = `${texts[this.#sent % texts.length]} : ${text}`
    return { conversationId, clientMessageId: newId(), content, originalLanguage: 'fr' }
  }
}
