import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js'
import { isProblemCode, Problem, problemKinds } from '../problems.js'
import { metadataKeys } from './contract.js'

/** A problem as the gRPC status that carries it. Metadata is ASCII, so the detail is percent-encoded. */
export function problemToStatus(problem: Problem): StatusObject {
  const metadata = new Metadata()
  metadata.set(metadataKeys.problemCode, problem.code)
  metadata.set(metadataKeys.problemDetail, encodeURIComponent(problem.detail))
  const { retryAfterSeconds } = problem.options
  if (retryAfterSeconds !== undefined) metadata.set(metadataKeys.retryAfterSeconds, String(retryAfterSeconds))
  return { code: status[problemKinds[problem.code].grpc], details: problem.code, metadata }
}

/** The problem that a failed call stands for; a broken link becomes a retryable `messages_unavailable`. */
export function statusToProblem(error: ServiceError): Problem {
  const code = error.metadata?.get(metadataKeys.problemCode)[0]
  const detail = error.metadata?.get(metadataKeys.problemDetail)[0]
  if (isProblemCode(code) && typeof detail === 'string') {
    return new Problem(code, decodeURIComponent(detail), { ...retryAfterOf(error), cause: error })
  }
  if (error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED) {
    return messagesUnavailable(error)
  }
  return new Problem('internal', undefined, { cause: error })
}

/** The translation service cannot be reached; a moment later it may be. */
export function messagesUnavailable(cause?: unknown): Problem {
  return new Problem('messages_unavailable', 'Messages are not available right now. Try again in a moment.', {
    retryAfterSeconds: 1,
    cause,
  })
}

/** Whether the translation service cannot be reached, or has too much to do: people and rooms go on without it. */
export function isPassing(error: unknown): boolean {
  return error instanceof Problem && (error.code === 'messages_unavailable' || error.code === 'overloaded')
}

function retryAfterOf({ metadata }: ServiceError): { retryAfterSeconds?: number } {
  const given = String(metadata.get(metadataKeys.retryAfterSeconds)[0])
  return /^\d{1,6}$/.test(given) ? { retryAfterSeconds: Number(given) } : {}
}
