import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import {
  type handleUnaryCall,
  type Metadata,
  type ServerWritableStream,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import { newId } from '@meeshy/shared/ids'
import { metadataKeys } from '@meeshy/shared/messaging/contract'
import { problemToStatus } from '@meeshy/shared/messaging/problem-status'
import { Problem } from '@meeshy/shared/problems'
import type { Context } from '../context.js'

const callsInFlightLimit = 256
const slowCallMs = 1000

/** What Prisma says when the database was busy for too long. */
const busyCodes = new Set<unknown>(['P1008', 'P2028'])

/**
 * The one adapter from gRPC's callbacks to `(request, context) => Promise`: checks the service token, bounds the
 * calls in flight, logs duration and outcome, and turns every error into a status. An rpc that rejected on its own
 * would leave its caller waiting and end the process.
 */
export class Handlers {
  #callsInFlight = 0

  constructor(private readonly context: Context) {}

  /** A call with one answer. */
  unary<Request, Response>(
    name: string,
    rpc: (request: Request, context: Context) => Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return async (call, callback) => {
      const requestId = requestIdOf(call.metadata)
      const startedAt = performance.now()
      let outcome: string
      this.#callsInFlight += 1
      try {
        requireServiceToken(call.metadata, this.context)
        this.#requireRoom()
        callback(null, await rpc(call.request, this.context))
        outcome = 'OK'
      } catch (error) {
        const failure = this.#toStatus(error, name, requestId)
        callback(failure)
        outcome = status[failure.code] ?? 'UNKNOWN'
      }
      this.#callsInFlight -= 1
      this.#logCall(name, requestId, startedAt, outcome)
    }
  }

  /** A stream of answers, which is drained only as fast as the other side reads. */
  stream<Request, Item>(
    name: string,
    rpc: (request: Request, context: Context, signal: AbortSignal) => AsyncIterable<Item>,
  ): (call: ServerWritableStream<Request, Item>) => Promise<void> {
    return async (call) => {
      const gone = new AbortController()
      const { signal } = gone
      for (const event of ['cancelled', 'close', 'error']) call.on(event, () => gone.abort())
      try {
        requireServiceToken(call.metadata, this.context)
        for await (const item of rpc(call.request, this.context, signal)) {
          // A call that is gone never drains.
          if (!call.write(item) && !signal.aborted) await once(call, 'drain', { signal }).catch(() => undefined)
        }
        call.end()
      } catch (error) {
        call.emit('error', this.#toStatus(error, name, requestIdOf(call.metadata)))
      }
    }
  }

  #requireRoom(): void {
    if (this.#callsInFlight <= callsInFlightLimit) return
    throw new Problem('overloaded', 'Too many calls at once. Try again in a second.')
  }

  #toStatus(error: unknown, rpc: string, requestId: string): StatusObject {
    if (error instanceof Problem) return problemToStatus(error)
    this.context.log.error('an rpc failed', { rpc, requestId, error })
    const busy = error instanceof Error && 'code' in error && busyCodes.has(error.code)
    return problemToStatus(new Problem(busy ? 'messages_unavailable' : 'internal'))
  }

  #logCall(rpc: string, requestId: string, startedAt: number, outcome: string): void {
    const milliseconds = Math.round(performance.now() - startedAt)
    this.context.log.log(milliseconds > slowCallMs ? 'warn' : 'debug', 'rpc', { rpc, requestId, outcome, milliseconds })
  }
}

/** @throws Problem unauthenticated, when the caller is not the gateway */
function requireServiceToken(metadata: Metadata, { config }: Context): void {
  const given = Buffer.from(String(metadata.get('authorization')[0] ?? ''))
  const expected = Buffer.from(`Bearer ${config.SERVICE_TOKEN}`)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Problem('unauthenticated', 'The service token is missing or wrong.')
  }
}

function requestIdOf(metadata: Metadata): string {
  const given = metadata.get(metadataKeys.requestId)[0]
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : newId()
}
