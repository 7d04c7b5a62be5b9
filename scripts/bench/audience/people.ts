import { newId } from '@meeshy/shared/ids'
import { atRate, eachInFlight } from '../lib/load.js'
import type { Heard, Play, Seating } from './audience.js'
import { type Dialect, dialects } from './dialects.js'
import { Seat } from './seat.js'
import { Tally } from './tally.js'
import { Elsewhere, OwnConnection, type Speaker, type Way } from './ways.js'

const connectingAtOnce = 64
/** About sixty characters, without a digit that a translation would have to keep. */
const content = "On se retrouve demain à dix heures devant la gare, d'accord ?"
const limitMs = 60_000
const aboutMessage = '{"type":"message.'

/** A message and what became of it. */
interface Said {
  due: number
  conversationId: string
  /** Never resolves where the server does not answer. */
  acked: Promise<{ seq: number; at: number }>
}

/** The people of an audience, each with a connection. */
export class People {
  readonly #seating: Seating
  readonly #dialect: Dialect
  readonly #tally: Tally
  readonly #members = new Map<string, Speaker[]>()
  readonly #own: OwnConnection
  readonly #elsewhere: Elsewhere | null
  #sent = 0
  #others = 0
  /** Called when so many messages were heard. */
  #awaited = { frames: Number.POSITIVE_INFINITY, heard: () => {} }
  #fail: (error: Error) => void = () => {}
  readonly #failed = new Promise<never>((_, reject) => {
    this.#fail = reject
  })

  constructor(seating: Seating) {
    this.#seating = seating
    this.#dialect = dialects[seating.dialect]
    this.#tally = new Tally(this.#dialect, seating.people.length)
    this.#own = new OwnConnection(this.#dialect)
    this.#elsewhere = seating.service ? new Elsewhere(seating.service) : null
    this.#failed.catch(() => undefined)
  }

  /** Connects everybody. */
  sit(): Promise<void> {
    const { people, port } = this.#seating
    const seated = eachInFlight([...people.entries()], connectingAtOnce, ([index, person]) => {
      const { userId, token, conversationIds } = person
      const seat = new Seat({
        ...{ port, token, dialect: this.#dialect },
        onMessage: (payload) => this.#take(index, payload),
        onOther: (text) => this.#takeOther(text),
        onLost: (why) => this.#fail(new Error(why)),
      })
      for (const id of conversationIds) this.#membersOf(id).push({ userId, seat })
      return seat.taken()
    })
    return this.#inTime(seated, 'not everybody could connect')
  }

  /** Says so many messages at a fixed rate, and waits until everybody has heard them. */
  async play({ conversationIds, messages, perSecond, atOnce, elsewhere }: Play): Promise<Heard> {
    const way = elsewhere ? this.#elsewhere : this.#own
    if (!way) throw new Error('there is no translation service to write at')
    const { frames, bytes } = this.#tally
    const others = this.#others
    const said: Said[] = []
    await atRate(messages / atOnce, perSecond / atOnce, async (index, due) => {
      for (let nth = 0; nth < atOnce; nth += 1) {
        const conversationId = conversationIds[(index * atOnce + nth) % conversationIds.length] ?? ''
        said.push({ due, conversationId, acked: this.#say(conversationId, way) })
      }
    })
    const deliveries = said.reduce((sum, { conversationId }) => sum + this.#membersOf(conversationId).length, 0)
    await this.#inTime(this.#heard(frames + deliveries), 'not everybody has heard everything')
    const times = this.#dialect.acks ? await this.#inTime(this.#timesOf(said), 'not everything is acknowledged') : []
    return {
      deliveries,
      bytes: this.#tally.bytes - bytes,
      others: this.#others - others,
      ackMs: times.map(({ ackMs }) => ackMs),
      lastMs: times.map(({ lastMs }) => lastMs),
    }
  }

  #say(conversationId: string, way: Way): Said['acked'] {
    const members = this.#membersOf(conversationId)
    this.#sent += 1
    const speaker = members[this.#sent % members.length]
    if (!speaker) throw new Error('nobody is in the room')
    const draft = { conversationId, clientMessageId: newId(), content, originalLanguage: 'fr' }
    const acked = way.send(speaker, draft).then((seq) => ({ seq, at: performance.now() }))
    acked.catch((error) => this.#fail(error))
    return acked
  }

  #heard(frames: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { frames, heard: resolve }
      if (this.#tally.frames >= frames) resolve()
    })
  }

  #timesOf(said: Said[]): Promise<{ ackMs: number; lastMs: number }[]> {
    return Promise.all(
      said.map(async ({ due, conversationId, acked }) => {
        const { seq, at } = await acked
        return { ackMs: at - due, lastMs: this.#tally.lastAt(conversationId, seq) - due }
      }),
    )
  }

  #take(seat: number, payload: Buffer): void {
    try {
      this.#tally.take(seat, payload)
    } catch (error) {
      this.#fail(error as Error)
    }
    if (this.#tally.frames === this.#awaited.frames) this.#awaited.heard()
  }

  #takeOther(text: string): void {
    if (text.startsWith('{"type":"ack"')) this.#own.takeAck(text)
    else if (text.startsWith(aboutMessage)) this.#others += 1
  }

  #membersOf(conversationId: string): Speaker[] {
    const members = this.#members.get(conversationId) ?? []
    this.#members.set(conversationId, members)
    return members
  }

  /** Rejects when it takes too long, or something is wrong meanwhile. */
  async #inTime<Value>(work: Promise<Value>, otherwise: string): Promise<Value> {
    const timer = setTimeout(() => this.#fail(new Error(`${otherwise} within ${limitMs / 1000} s`)), limitMs)
    return Promise.race([work, this.#failed]).finally(() => clearTimeout(timer))
  }
}
