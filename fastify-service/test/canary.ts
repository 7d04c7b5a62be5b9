/** A word for texts and titles of tests that must not be seen by anybody but the people in a room. */
export const canary = 'CANARY-7f3a'

const tokens = ['accessToken', 'refreshToken', 'token']
const shortestText = 12

/** What the lines of a log must never hold: credentials that were sent or given, and people's words. */
export class Secrets {
  readonly #values: Set<string>

  constructor(...values: string[]) {
    this.#values = new Set([canary, ...values])
  }

  /** Remembers what a request held or an answer gave. */
  note(body: unknown): void {
    if (typeof body !== 'object' || body === null) return
    for (const [name, value] of Object.entries(body)) {
      if (typeof value !== 'string' || value.length < shortestText) continue
      if (tokens.includes(name) || name === 'content' || name === 'text' || /password/i.test(name))
        this.#values.add(value)
    }
  }

  /** @throws Error with the lines that hold one of them */
  check(lines: string[]): void {
    const values = [...this.#values].map((value) => JSON.stringify(value).slice(1, -1))
    const leaks = lines.filter((line) => values.some((value) => line.includes(value)))
    if (leaks.length > 0) throw new Error(`the log holds what it must not:\n${leaks.slice(0, 5).join('\n')}`)
  }
}
