import type { Dialect } from './dialects.js'

const idLength = 36
const eventSeqKey = '","eventSeq":'
const id = '-'.repeat(idLength)
const upToSeq = `,"data":{"id":"${id}","conversationId":"${id}","seq":`

/** What the people of one conversation have had. */
interface Heard {
  /** By seat, the last message. */
  lastSeq: Uint32Array
  /** By message, when it came to somebody for the last time. */
  lastAt: number[]
}

/** Counts messages as they come, and sees that everybody gets every one of them once and in order. */
export class Tally {
  frames = 0
  /** Of the messages' own JSON, without what a server puts around it. */
  bytes = 0
  readonly #heard = new Map<string, Heard>()

  constructor(
    private readonly dialect: Dialect,
    private readonly seats: number,
  ) {}

  /** @throws Error when it is not the message after the last one */
  take(seat: number, payload: Buffer): void {
    const idStart = this.dialect.messageStart.length
    const heard = this.#of(payload.toString('latin1', idStart, idStart + idLength))
    const eventSeqStart = idStart + idLength + eventSeqKey.length
    const seqStart = endOfNumber(payload, eventSeqStart) + upToSeq.length
    const seq = Number(payload.toString('latin1', seqStart, endOfNumber(payload, seqStart)))
    const last = heard.lastSeq[seat] ?? 0
    if (seq !== last + 1) throw new Error(`message ${seq} came after message ${last}`)
    heard.lastSeq[seat] = seq
    heard.lastAt[seq] = performance.now()
    this.frames += 1
    this.bytes += payload.length - this.dialect.wrapping
  }

  /** When the last one got a message, by performance.now(). */
  lastAt(conversationId: string, seq: number): number {
    return this.#of(conversationId).lastAt[seq] ?? Number.NaN
  }

  #of(conversationId: string): Heard {
    let heard = this.#heard.get(conversationId)
    if (!heard) {
      heard = { lastSeq: new Uint32Array(this.seats), lastAt: [] }
      this.#heard.set(conversationId, heard)
    }
    return heard
  }
}

function endOfNumber(bytes: Buffer, start: number): number {
  let end = start
  for (let digit = bytes[end] ?? 0; digit >= 0x30 && digit <= 0x39; digit = bytes[end] ?? 0) end += 1
  return end
}
