import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

/** Bytes of a token: 256 random bits, then a tag by which we know what we made. */
const secretBytes = 32
const tagBytes = 16
const form = new RegExp(`^[\\w-]{${((secretBytes + tagBytes) / 3) * 4}}$`)

/**
 * Makes refresh tokens. What they look like is nobody's business but ours: the session's id, 256 random bits, and a
 * tag that only we can make. So a token of long ago is still known for one of its session's, and a guessed one is not.
 */
export class RefreshTokens {
  readonly #key: Buffer

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'meeshy refresh tokens', 32))
  }

  /** The first token of a session. */
  first(sessionId: string): string {
    return this.#seal(sessionId, randomBytes(secretBytes))
  }

  /** The token that comes after this one: always the same, so that two tabs that refresh at once get the same. */
  successor(sessionId: string, token: string): string {
    return this.#seal(sessionId, this.#mac('successor', sessionId, token))
  }

  /** The session that a token was made for; null when we have not made it. */
  sessionOf(token: string): string | null {
    const [sealed = '', sessionId = '', ...rest] = token.split('.')
    if (rest.length > 0 || !form.test(sealed)) return null
    const bytes = Buffer.from(sealed, 'base64url')
    const tag = this.#tag(sessionId, bytes.subarray(0, secretBytes))
    return timingSafeEqual(tag, bytes.subarray(secretBytes)) ? sessionId : null
  }

  #seal(sessionId: string, secret: Buffer): string {
    const sealed = Buffer.concat([secret, this.#tag(sessionId, secret)])
    return `${sealed.toString('base64url')}.${sessionId}`
  }

  #tag(sessionId: string, secret: Buffer): Buffer {
    return this.#mac('tag', sessionId, secret).subarray(0, tagBytes)
  }

  #mac(purpose: string, sessionId: string, content: Buffer | string): Buffer {
    return createHmac('sha256', this.#key).update(`${purpose}\0${sessionId}\0`).update(content).digest()
  }
}

/** What the database keeps of a token that has 256 random bits: enough to know it again, no use to a thief. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
