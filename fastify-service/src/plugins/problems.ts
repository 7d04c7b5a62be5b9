import { Problem, type ProblemCode, problemKinds } from '@meeshy/shared/problems'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { Type } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'

const example = new Problem('not_found').toDetails('01890a5d-ac96-774b-bcce-b302099a8057')

/** The answer of everything that fails. */
const problemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Enum(Object.keys(problemKinds) as ProblemCode[]),
    detail: Type.String(),
    requestId: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem', description: 'What went wrong (RFC 9457), as application/problem+json', examples: [example] },
)

/** Renders every failure as a problem, and says so in every route's schema. */
export const problems = fastifyPlugin(async (app) => {
  app.addSchema(problemSchema)
  app.setErrorHandler(sendProblem)
  app.addHook('onRoute', (route) => {
    const failures = { '4xx': { $ref: 'Problem#' }, '5xx': { $ref: 'Problem#' } }
    if (route.schema) route.schema.response = { ...failures, ...(route.schema.response as object | undefined) }
  })
})

/** The one place where a failure becomes an answer. Its cause goes to the log, never to the wire. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error)
  if (problem.status === 500) request.log.error({ err: problem.options.cause }, 'The request failed')
  // What is given up because its client left is no news.
  else if (problem.status > 500 && !reply.raw.closed)
    request.log.warn({ code: problem.code, err: problem.options.cause }, 'Not available')
  const { retryAfterSeconds } = problem.options
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  // Some failures come before the hook that sets it.
  reply.header('x-request-id', request.id)
  reply.code(problem.status).type('application/problem+json').send(problem.toDetails(request.id))
}

/** Whatever was thrown, as a problem of the closed list. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { code, statusCode, validation, validationContext } = (error ?? {}) as Partial<FastifyError>
  // A path that cannot be anything's is answered like one of nothing.
  if (validationContext === 'params') return new Problem('not_found')
  if (validation) {
    // The validator compiler hands over TypeBox's errors; Fastify's type says Ajv's.
    const errors = (validation as unknown as TLocalizedValidationError[]).flatMap(toFieldErrors)
    return new Problem('validation_failed', undefined, { errors })
  }
  const known = code && knownErrors[code]
  if (known) return new Problem(known.code, known.detail, { cause: error })
  if (statusCode && statusCode >= 400 && statusCode < 500)
    return new Problem('bad_request', undefined, { cause: error })
  return new Problem('internal', undefined, { cause: error })
}

const notJson = { code: 'bad_request', detail: 'The body is not valid JSON.' } as const

/** Fastify's own failures; their messages can hold what the client sent, so none of them is passed on. */
const knownErrors: Record<string, { code: ProblemCode; detail?: string }> = {
  FST_ERR_BAD_URL: { code: 'bad_request', detail: 'The path is not valid.' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'not_found' },
  FST_ERR_CTP_INVALID_JSON_BODY: notJson,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'bad_request', detail: 'The body is not as long as announced.' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'too_large', detail: 'A request has at most 64 KiB.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'media_type_unsupported' },
}

/** One entry per field that is wrong, missing or not known. */
export function toFieldErrors({ keyword, instancePath, params, message }: TLocalizedValidationError) {
  if (keyword === 'required') {
    const { requiredProperties } = params as { requiredProperties: string[] }
    return requiredProperties.map((name) => ({ pointer: within(instancePath, name), message: 'is missing' }))
  }
  // Said again by the entry for its object.
  if (keyword === 'boolean') return []
  if (keyword === 'additionalProperties') {
    const { additionalProperties } = params as { additionalProperties: string[] }
    return additionalProperties.map((name) => ({ pointer: within(instancePath, name), message: 'is not known' }))
  }
  return [{ pointer: instancePath, message: keyword === 'pattern' ? 'does not have the right form' : message }]
}

function within(pointer: string, name: string): string {
  return `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
