import { isDeepStrictEqual } from 'node:util'
import { Stop } from '../../lib/command.js'
import type { Answer } from './client.js'

/** The answers of all servers to one request, each compared with the first. */
export class Answers {
  readonly #first: { who: string; content: unknown; headers: string[]; bytes: number }

  constructor(
    private readonly path: string,
    who: string,
    answer: Answer,
  ) {
    this.#first = { who, content: contentOf(answer), headers: headersOf(answer), bytes: answer.body.byteLength }
  }

  /** @throws Stop when it has other content, another size or other headers than the first */
  compare(who: string, answer: Answer): void {
    const { content, headers, bytes } = this.#first
    const differ = (what: string) =>
      new Stop(`GET ${this.path}: ${who} and ${this.#first.who} answer with other ${what}`)
    if (!isDeepStrictEqual(contentOf(answer), content)) throw differ('content')
    if (answer.body.byteLength !== bytes) throw differ('bytes')
    if (!isDeepStrictEqual(headersOf(answer), headers)) throw differ(`headers: ${headersOf(answer)}, ${headers}`)
  }

  toString(): string {
    return `GET ${this.path} ${this.#first.bytes} bytes`
  }
}

function contentOf({ body }: Answer): unknown {
  return JSON.parse(body.toString())
}

function headersOf({ headers }: Answer): string[] {
  return Object.keys(headers).sort()
}
