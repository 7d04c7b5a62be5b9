import type { Context } from '../context.js'
import type { Identity } from '../plugins/auth.js'
import type { SocketLimits } from './limits.js'
import { Rates } from './rates.js'
import { Tally } from './tally.js'

/** What all sockets of a gateway share. */
export interface Sockets {
  context: Context
  limits: SocketLimits
  rates: Rates
  /** How many sockets are open from an address. */
  addresses: Tally
  /** The person behind a token; throws a Problem. */
  authenticate(token: string): Promise<Identity>
}

export function createSockets(context: Context, limits: SocketLimits, authenticate: Sockets['authenticate']): Sockets {
  return { context, limits, rates: new Rates(context.config), addresses: new Tally(), authenticate }
}
