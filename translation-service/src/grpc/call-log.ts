import type { Metadata } from '@grpc/grpc-js'
import { newId } from '@meeshy/shared/ids'
import type { Logger } from '@meeshy/shared/logging'
import { metadataKeys } from '@meeshy/shared/messaging/contract'

const slowCallMs = 1_000

/** The lines about one call, under the request id of the gateway's own lines. */
export class CallLog {
  readonly #log: Logger
  readonly #call: { rpc: string; requestId: string }
  readonly #startedAt = performance.now()

  constructor(log: Logger, rpc: string, metadata: Metadata) {
    this.#log = log
    this.#call = { rpc, requestId: requestIdOf(metadata) }
  }

  /** A call was answered, `outcome` being the name of the gRPC status. */
  answered(outcome: string): void {
    const milliseconds = Math.round(performance.now() - this.#startedAt)
    const level = milliseconds > slowCallMs ? 'warn' : 'debug'
    // A line that nobody sees would cost 8 µs of every call.
    if (this.#log.isLevelEnabled(level)) this.#log.log(level, 'rpc', { ...this.#call, outcome, milliseconds })
  }

  /** A stream ended otherwise than its subscriber wished. */
  broken(outcome: string): void {
    this.#log.debug('a stream ended', { ...this.#call, outcome })
  }

  failed(error: unknown): void {
    this.#log.error('an rpc failed', { ...this.#call, error })
  }
}

function requestIdOf(metadata: Metadata): string {
  const given = metadata.get(metadataKeys.requestId)[0]
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : newId()
}
