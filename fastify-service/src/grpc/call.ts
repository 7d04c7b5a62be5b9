import { setTimeout as sleep } from 'node:timers/promises'
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import type { MessagingServiceClient } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MessagingService'
import { newId } from '@meeshy/shared/ids'
import type { Logger } from '@meeshy/shared/logging'
import { metadataKeys } from '@meeshy/shared/messaging/contract'
import { messagesUnavailable, statusToProblem } from '@meeshy/shared/messaging/problem-status'
import type { Problem } from '@meeshy/shared/problems'
import type { Link } from './link.js'

export const deadlineMs = 2_000
/** A translation waits for a model. */
export const translateDeadlineMs = 35_000
const retries = 2
const retryPauseMs = 50

export interface CallSettings {
  /** The same as in this service's log lines; a fresh one when absent. */
  requestId?: string
  /** Gives the call up. */
  signal?: AbortSignal
  /** When it has to be answered, in milliseconds since 1970; the usual time when absent. */
  deadline?: number
}

/** One rpc of the generated service. */
export interface Rpc<Request, Response> {
  path: string
  requestSerialize(request: Request): Buffer
  responseDeserialize(bytes: Buffer): Response
}

export interface CallTraits<Request> {
  /** Whether it may be made again when the link breaks: it changes nothing, or the service knows a repeat. */
  repeatable(request: Request): boolean
  /** Waits for a model, so that a late answer says nothing about the link. */
  waits?: boolean
}

/** Makes an rpc a function that calls it over a link: with a deadline, again when that is safe, rejecting with a Problem. */
export function caller(link: Link, log: Logger) {
  return <Request, Response>(
    rpc: Rpc<Request, Response>,
    { repeatable, waits = false }: CallTraits<Request>,
  ): ((request: Request, settings?: CallSettings) => Promise<Response>) => {
    return async (request, settings = {}) => {
      const deadline = settings.deadline ?? Date.now() + (waits ? translateDeadlineMs : deadlineMs)
      for (let attempt = 0; ; attempt += 1) {
        if (link.state === 'down') throw messagesUnavailable()
        try {
          return await callOnce(link.client, rpc, request, { ...settings, deadline })
        } catch (error) {
          const failure = error as ServiceError
          const broken = isBrokenLink(failure) && !settings.signal?.aborted
          const pauseMs = retryPauseMs * (attempt + Math.random())
          const inTime = attempt < retries && Date.now() + pauseMs < deadline
          if (!broken || !repeatable(request) || !inTime) {
            if (broken ? repeatable(request) : isLate(failure) && !waits) link.noteSilence()
            throw toProblem(failure, log)
          }
          await sleep(pauseMs)
        }
      }
    }
  }
}

/** Makes an rpc once. Rejects with gRPC's own error. */
export function callOnce<Request, Response>(
  client: MessagingServiceClient,
  { path, requestSerialize, responseDeserialize }: Rpc<Request, Response>,
  request: Request,
  { deadline, ...settings }: CallSettings & { deadline: number },
): Promise<Response> {
  const { signal } = settings
  const metadata = metadataFor(settings)
  return new Promise((resolve, reject) => {
    const finish = (error: ServiceError | null, response?: Response) => {
      signal?.removeEventListener('abort', cancel)
      if (error) reject(error)
      else resolve(response as Response)
    }
    const wire = [path, requestSerialize, responseDeserialize] as const
    const call = client.makeUnaryRequest(...wire, request, metadata, { deadline }, finish)
    const cancel = () => call.cancel()
    if (signal?.aborted) cancel()
    else signal?.addEventListener('abort', cancel, { once: true })
  })
}

/** The connection failed before an answer; a status that the service chose carries the code of a problem. */
function isBrokenLink(error: ServiceError): boolean {
  if (error.metadata?.get(metadataKeys.problemCode).length) return false
  return [status.UNAVAILABLE, status.CANCELLED, status.INTERNAL].includes(error.code)
}

/** Nothing came before the deadline; a service that has chosen this status says so with the code of a problem. */
function isLate(error: ServiceError): boolean {
  return error.code === status.DEADLINE_EXCEEDED && !error.metadata?.get(metadataKeys.problemCode).length
}

function toProblem(error: ServiceError, log: Logger): Problem {
  if (isBrokenLink(error)) return messagesUnavailable(error)
  const problem = statusToProblem(error)
  // It refused our own credential: nothing that the person could mend by signing in.
  if (problem.code !== 'unauthenticated') return problem
  log.error('The translation service refuses the service token')
  return messagesUnavailable(error)
}

/** What every call carries beside the service token. */
export function metadataFor(settings: CallSettings = {}): Metadata {
  const metadata = new Metadata()
  metadata.set(metadataKeys.requestId, settings.requestId ?? newId())
  return metadata
}
