import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { dialects } from '../audience/dialects.js'
import { Seat } from '../audience/seat.js'
import { Tally } from '../audience/tally.js'
import { quantile } from '../lib/figures.js'
import { atRate, eachInFlight } from '../lib/load.js'
import type { Place } from './crowd-process.js'

const connectingAtOnce = 64
const limitMs = 60_000
/** So long that what is not taken soon fills what the system holds for a connection: about 4 MiB. */
const paragraph = "On se retrouve demain devant la gare, d'accord ? "
const contentLength = 2_400
const texts = 5

/** What those who listen have heard. */
export interface Said {
  deliveries: number
  /** Milliseconds from when a message was due until the last listener had it. */
  lastMs: { p50: number; p99: number }
  /** Connections that were closed, since the beginning. */
  lost: { deaf: number; listening: number }
}

/** Many connections, of which some take nothing from some moment on. */
export class Members {
  readonly #place: Place
  readonly #tally: Tally
  readonly #seats: Seat[] = []
  readonly #lost = new Set<number>()
  #deaf = 0
  #sent = 0
  /** Taken by those who listen. */
  #heard = 0

  constructor(place: Place) {
    this.#place = place
    this.#tally = new Tally(dialects.gateway, place.tokens.length)
  }

  /** Connects everybody. */
  async sit(): Promise<void> {
    const { port, tokens } = this.#place
    await eachInFlight([...tokens.entries()], connectingAtOnce, ([index, token]) => {
      const seat = new Seat({
        ...{ port, token, dialect: dialects.gateway },
        onMessage: (payload) => {
          this.#tally.take(index, payload)
          if (index >= this.#deaf) this.#heard += 1
        },
        onOther: () => {},
        onLost: () => this.#lost.add(index),
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

  /** Somebody says so many messages at a fixed rate; resolves when all who listen have heard them, in order. */
  async say({ conversationId, messages, perSecond }: { conversationId: string; messages: number; perSecond: number }) {
    const [first, heardBefore] = [this.#sent, this.#heard]
    const dueAt: number[] = []
    await atRate(messages, perSecond, async (_, due) => {
      dueAt.push(due)
      this.#seats.at(-1)?.send(String(this.#sent), draft(conversationId, this.#sent % texts))
      this.#sent += 1
    })
    const deliveries = messages * (this.#seats.length - this.#deaf)
    const isHeard = () => this.#heard - heardBefore === deliveries
    await waitFor(isHeard, { what: `${deliveries} deliveries`, timeoutMs: limitMs })
    const lastMs = dueAt.map((due, index) => this.#tally.lastAt(conversationId, first + index + 1) - due)
    const lost = [...this.#lost]
    return {
      deliveries,
      lastMs: { p50: quantile(lastMs, 0.5), p99: quantile(lastMs, 0.99) },
      lost: {
        deaf: lost.filter((index) => index < this.#deaf).length,
        listening: lost.filter((index) => index >= this.#deaf).length,
      },
    } satisfies Said
  }
}

function draft(conversationId: string, text: number) {
  const content = `${'ABCDE'[text]} : ${paragraph.repeat(contentLength / paragraph.length)}`.trimEnd()
  return { conversationId, clientMessageId: newId(), content, originalLanguage: 'fr' }
}
