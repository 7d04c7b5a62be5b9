import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import { opcodes, pingJson, text } from '../protocol/frames.js'
import { RawClient } from '../protocol/raw-client.js'
import { meaningOf } from '../protocol/reference.js'
import { type Expected, expectedOf, judge, outcomeOf, sentinelRef } from './frame-answers.js'

const patienceMs = 20_000
const sentinel = text(pingJson(sentinelRef))

/** One caller's line to the gateway: a draft after the other, on a new socket after each that ended the last one. */
export class Lane {
  #client: RawClient | null = null
  /** Error frames that may still come, of frames that wait for a model. */
  #errorsOwed = 0

  constructor(
    readonly url: string,
    readonly token: () => string | undefined,
  ) {}

  /** Sends the bytes of a draft and waits for all that has to come. @throws with what is wrong */
  async send(bytes: Buffer): Promise<{ outcome: string; answers: ServerFrame[] }> {
    const client = this.#client ?? (await RawClient.open(this.url, this.token()))
    this.#client = client
    const meaning = meaningOf(bytes)
    const expected = expectedOf(meaning)
    const isFinished = meaning.close === null && meaning.isWhole
    client.write(isFinished ? Buffer.concat([bytes, sentinel]) : bytes)
    await this.#wait(client, () => {
      if (client.closeCode !== null || meaning.close !== null) return client.closeCode !== null
      return hasAll(expected, answersOf(client), isFinished) && pongsOf(client) === meaning.pings
    })
    const answers = answersOf(client)
    if (client.closeCode !== meaning.close) throw new Error(`close ${client.closeCode} instead of ${meaning.close}`)
    const wrong = judge(expected, answers, meaning.close !== null)
    this.#errorsOwed += expected.withoutRef - answers.filter(({ type }) => type === 'error').length
    if (this.#errorsOwed < 0) wrong.push('an error frame that nobody asked for')
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
    client.frames.length = 0
    if (!isFinished || answers.some(({ type }) => type === 'hello')) this.leave()
    return { outcome: outcomeOf(answers, meaning), answers }
  }

  leave(): void {
    // Whoever has said goodbye hangs up politely, all others cut the line.
    if (this.#client?.closeCode != null) this.#client.end()
    else this.#client?.reset()
    this.#client = null
    this.#errorsOwed = 0
  }

  async #wait(client: RawClient, isDone: () => boolean): Promise<void> {
    const deadline = Date.now() + patienceMs
    while (!isDone()) {
      if (client.ended) throw new Error('the line was cut')
      if (Date.now() > deadline)
        throw new Error(`no answer in ${patienceMs / 1000} s; got ${JSON.stringify(answersOf(client)).slice(0, 500)}`)
      await client.change(patienceMs)
    }
  }
}

function answersOf(client: RawClient): ServerFrame[] {
  const texts = client.frames.filter(({ opcode }) => opcode === opcodes.text)
  return texts.map(({ payload }) => JSON.parse(payload.toString()) as ServerFrame)
}

function pongsOf(client: RawClient): number {
  return client.frames.filter(({ opcode }) => opcode === opcodes.pong).length
}

function hasAll({ refs }: Expected, answers: ServerFrame[], withSentinel: boolean): boolean {
  const acks = answers.filter(({ type }) => type === 'ack').length
  return acks >= refs.length + (withSentinel ? 1 : 0)
}
