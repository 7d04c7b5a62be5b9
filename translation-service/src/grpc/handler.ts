import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import { DatabaseUnavailable } from '@meeshy/shared/database/sql'
import { messagesUnavailable, problemToStatus } from '@meeshy/shared/messaging/problem-status'
import { Problem } from '@meeshy/shared/problems'
import type { Context } from '../context.js'
import { CallLog } from './call-log.js'
import { type Call, watchCaller } from './caller.js'
import { deliver } from './deliver.js'
import { cutOff } from './internals.js'

export type { Call } from './caller.js'

const callsInFlightLimit = 256
const subscribersLimit = 16
const slowSubscriberMs = 10_000
/** How long the status of a failed stream may wait behind what its subscriber does not take. */
const farewellMs = 1_000

/**
 * The one adapter from gRPC's callbacks to `(request, context, call) => Promise`: bounds the calls in flight and the
 * subscribers, logs duration and outcome, and turns every error into a status. An rpc that rejected on its own would
 * leave its caller waiting and end the process.
 */
export class Handlers {
  #callsInFlight = 0
  #subscribers = 0

  constructor(
    private readonly context: Context,
    private readonly limits: { slowSubscriberMs: number } = { slowSubscriberMs },
  ) {}

  /** A call with one answer. */
  unary<Request, Response>(
    name: string,
    rpc: (request: Request, context: Context, call: Call) => Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return async (call, callback) => {
      const log = new CallLog(this.context.log, name, call.metadata)
      const caller = watchCaller(call)
      this.#callsInFlight += 1
      try {
        if (this.#callsInFlight > callsInFlightLimit) throw tooMany('calls')
        callback(null, await rpc(call.request, this.context, caller))
        log.answered('OK')
      } catch (error) {
        const failure = toStatus(error, caller, log)
        callback(failure)
        log.answered(status[failure.code] ?? 'UNKNOWN')
      }
      this.#callsInFlight -= 1
      caller.release()
    }
  }

  /**
   * A stream of answers. The next one is made when the subscriber has taken the last; a subscriber who does not take it
   * in time is cut off, and may come back.
   */
  stream<Request, Item>(
    name: string,
    rpc: (request: Request, context: Context, signal: AbortSignal) => AsyncIterable<Item>,
  ): handleServerStreamingCall<Request, Item> {
    return async (call) => {
      const log = new CallLog(this.context.log, name, call.metadata)
      const caller = watchCaller(call)
      const { signal } = caller
      this.#subscribers += 1
      try {
        if (this.#subscribers > subscribersLimit) throw tooMany('subscribers')
        for await (const item of rpc(call.request, this.context, signal)) {
          await deliver(call, item, { signal, limitMs: this.limits.slowSubscriberMs })
          if (signal.aborted) break
        }
        call.end()
      } catch (error) {
        const failure = toStatus(error, caller, log)
        log.broken(failure.details)
        call.emit('error', failure)
        const cut = setTimeout(() => cutOff(call), farewellMs)
        call.once('close', () => clearTimeout(cut))
      }
      this.#subscribers -= 1
    }
  }
}

function toStatus(error: unknown, { signal }: Call, log: CallLog): StatusObject {
  if (error instanceof Problem) return problemToStatus(error)
  // Giving up when the caller is gone is what the rpc was asked to do, and nobody hears the answer.
  if (signal.aborted) return { code: status.CANCELLED, details: 'CANCELLED', metadata: new Metadata() }
  log.failed(error)
  return problemToStatus(error instanceof DatabaseUnavailable ? messagesUnavailable(error) : new Problem('internal'))
}

function tooMany(what: string): Problem {
  return new Problem('overloaded', `Too many ${what} at once. Try again in a second.`, { retryAfterSeconds: 1 })
}
