import { createHmac, randomBytes } from 'node:crypto'
import bcrypt from 'bcrypt'
import { Gate } from '../gate.js'

/** bcrypt takes 300 ms of a core at cost 12: more than two at once starve everything else. */
const limits = { running: 2, queued: 16, refusal: 'Too many people are signing in. Try again in a moment.' }

export interface PasswordOptions {
  /** Secret that is not in the database: a stolen hash cannot be guessed at without it. */
  pepper: string
  /** bcrypt's rounds, log2. */
  cost: number
}

/** Hashes and checks passwords, a few at a time. */
export class Passwords {
  readonly #gate = new Gate(limits)
  #nobodysHash: Promise<string> | undefined

  constructor(readonly options: PasswordOptions) {}

  /** @throws Problem overloaded */
  async hash(password: string): Promise<string> {
    return this.#gate.run(() => this.#hash(password))
  }

  /**
   * Whether the password belongs to the hash. Without a hash (there is no such user) the answer is false and takes
   * as long as a wrong password does.
   *
   * @throws Problem overloaded
   */
  async matches(password: string, hash: string | null): Promise<boolean> {
    const compared = hash ?? (await this.#hashOfNobody())
    const same = await this.#gate.run(() => this.#compare(this.#digest(password), compared))
    return same && hash !== null
  }

  /** Made before the first sign-in, so that the first unknown user is no slower than the next. */
  async prepare(): Promise<void> {
    await this.#hashOfNobody()
  }

  #hashOfNobody(): Promise<string> {
    this.#nobodysHash ??= this.#hash(randomBytes(32).toString('base64'))
    return this.#nobodysHash
  }

  /** Of a hash from before the cost was raised, the rest of the work is done for nothing: nobody's hash has it all. */
  async #compare(digest: string, hash: string): Promise<boolean> {
    const same = await bcrypt.compare(digest, hash)
    for (let cost = bcrypt.getRounds(hash); cost < this.options.cost; cost += 1) await bcrypt.hash(digest, cost)
    return same
  }

  #hash(password: string): Promise<string> {
    return bcrypt.hash(this.#digest(password), this.options.cost)
  }

  /** bcrypt reads 72 bytes and stops at a zero byte; 64 characters of base64 hold the whole password. */
  #digest(password: string): string {
    return createHmac('sha384', this.options.pepper).update(password.normalize('NFKC')).digest('base64')
  }
}
