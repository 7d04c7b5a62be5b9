import { Problem } from '@meeshy/shared/problems'
import type { FastifyError } from 'fastify'

/** What went wrong with a request, as one of the closed list. */
export function toProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error
  if (error.validation) return new Problem('validation_failed', error.message)
  if (error.statusCode === 413) return new Problem('too_large', 'The body has at most 256 KiB.')
  if (error.statusCode === 415) return new Problem('media_type_unsupported', 'Send application/json.')
  if ((error.statusCode ?? 500) < 500) return new Problem('bad_request', 'The request could not be read.')
  return new Problem('internal')
}
