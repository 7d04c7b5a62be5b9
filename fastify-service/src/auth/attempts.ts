import { createHash } from 'node:crypto'
import { Problem } from '@meeshy/shared/problems'
import { addressKey } from '../plugins/client-address.js'
import { countAttempt, forgetAttempts, uncountAttempt } from '../store/accounts/attempts.js'
import { keyOf } from '../store/accounts/users.js'
import type { GatewayTables } from '../store/database.js'

export interface AttemptLimits {
  perAccount: number
  perAddress: number
  windowMs: number
}

export interface Attempt {
  /** What is guessed at, as `accounts` names it; null where that is too much to be guessed. */
  account: string | null
  ip: string
}

/** What somebody may guess at. A name is one whether or not there is such a person, so that the limit tells nothing. */
export const accounts = {
  login: (login: string) => `login:${keyOf(login)}`,
  user: (userId: string) => `user:${userId}`,
}

/**
 * Counts wrong passwords and tokens, by what they are for and by where they come from. The counts are in the database:
 * a restart does not forget them, and all gateways share them.
 */
export class Attempts {
  constructor(
    readonly database: Pick<GatewayTables, 'attemptCount'>,
    readonly limits: AttemptLimits,
  ) {}

  /**
   * Runs a check that has to be right. It counts as wrong until it has answered, so that many at once get no more
   * tries than one after the other. What fails otherwise does not count; what is right forgets the account's wrong ones.
   *
   * @throws Problem rate_limited without running the check, when there were too many wrong ones
   */
  async guard<Result>({ account, ip }: Attempt, check: () => Promise<Result | null>): Promise<Result | null> {
    const keys = { address: hashed(`address:${addressKey(ip)}`), account: account && hashed(account) }
    await this.#count(keys.address, this.limits.perAddress)
    if (keys.account) await this.#count(keys.account, this.limits.perAccount)
    const result = await check().catch(async (error: unknown) => {
      for (const key of [keys.address, keys.account]) if (key) await uncountAttempt(this.database, key)
      throw error
    })
    if (result === null) return null
    await uncountAttempt(this.database, keys.address)
    if (keys.account) await forgetAttempts(this.database, [keys.account])
    return result
  }

  /** Somebody proved in another way who they are. */
  async forget(guessedAt: string[]): Promise<void> {
    await forgetAttempts(this.database, guessedAt.map(hashed))
  }

  async #count(key: string, limit: number): Promise<void> {
    const { points, expire } = await countAttempt(this.database, key, this.limits.windowMs)
    if (points <= limit) return
    const retryAfterSeconds = Math.max(1, Math.ceil((expire.getTime() - Date.now()) / 1000))
    throw new Problem('rate_limited', `Wait ${retryAfterSeconds} s before the next try.`, { retryAfterSeconds })
  }
}

/** The database need not hold what somebody typed as a name. */
function hashed(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}
