import type { Metadata, ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js'
import type { SubscribeEventsRequest__Output } from '../generated/proto/meeshy/messaging/v1/SubscribeEventsRequest.js'
import type { SubscribeEventsResponse } from '../generated/proto/meeshy/messaging/v1/SubscribeEventsResponse.js'
import { metadataKeys } from '../messaging/contract.js'
import { problemToStatus } from '../messaging/problem-status.js'
import { Problem } from '../problems.js'
import type { FakeEventLog, LoggedEvent } from './fake-message-store-events.js'

/** A call that the fake has received. */
export interface ReceivedCall {
  method: string
  request: unknown
  requestId: string | undefined
}

/** Takes the fake's calls: notes each, checks its token, and turns what an rpc returns or throws into an answer. */
export class Receiver {
  readonly calls: ReceivedCall[] = []
  /** Methods of the calls that their caller gave up. */
  readonly cancelled: string[] = []
  /** Calls are received and never answered: all of them, or those of one method. */
  hanging: boolean | string = false
  readonly #serviceToken: string | undefined

  constructor(serviceToken: string | undefined) {
    this.#serviceToken = serviceToken
  }

  /** A call with one answer. */
  unary<Request, Response>(method: string, answer: (request: Request) => Response) {
    return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      let answered = false
      // Comes for calls that were answered as well.
      call.on('cancelled', () => {
        if (!answered) this.cancelled.push(method)
      })
      try {
        this.#receive(method, call.request, call.metadata)
        if (this.hanging === true || this.hanging === method) return
        const response = answer(call.request)
        answered = true
        callback(null, response)
      } catch (error) {
        answered = true
        callback(toStatus(error))
      }
    }
  }

  /** The event stream: its first batch tells epoch and cursor, then what was missed and what happens follow in order. */
  stream(log: FakeEventLog) {
    return (call: ServerWritableStream<SubscribeEventsRequest__Output, SubscribeEventsResponse>): void => {
      try {
        this.#receive('SubscribeEvents', call.request, call.metadata)
        streamEvents(log, call)
      } catch (error) {
        call.emit('error', toStatus(error))
      }
    }
  }

  #receive(method: string, request: unknown, metadata: Metadata): void {
    this.calls.push({ method, request, requestId: metadata.get(metadataKeys.requestId)[0]?.toString() })
    const given = metadata.get('authorization')[0]
    if (this.#serviceToken !== undefined && given !== `Bearer ${this.#serviceToken}`) {
      throw new Problem('unauthenticated')
    }
  }
}

function streamEvents(
  log: FakeEventLog,
  call: ServerWritableStream<SubscribeEventsRequest__Output, SubscribeEventsResponse>,
): void {
  const { epoch } = log
  let { position, ...start } = log.startOf(call.request.cursor)
  const write = (events: LoggedEvent[], more = {}) =>
    call.write({ epoch, cursor: `${epoch}/${position}`, events, ...more })
  write([], start)
  const drain = () => {
    const events = log.after(position)
    if (events.length === 0) return
    position += events.length
    write(events)
  }
  drain()
  const stop = log.onEvent(drain)
  call.on('cancelled', stop)
  call.on('close', stop)
}

function toStatus(error: unknown) {
  return problemToStatus(error instanceof Problem ? error : new Problem('internal'))
}
