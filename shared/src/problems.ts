interface ProblemKind {
  /** Short and the same for every occurrence. */
  title: string
  /** What to do about it, where nothing more exact is known. */
  detail: string
  http: number
  /** Name of the gRPC status code. */
  grpc: string
}

/** The closed list of failures: stable code → words, HTTP status and gRPC status. Clients rely on the codes. */
export const problemKinds = {
  bad_request: {
    title: 'The request is not valid',
    detail: 'The request could not be understood. /docs describes what it may hold.',
    http: 400,
    grpc: 'INVALID_ARGUMENT',
  },
  validation_failed: {
    title: 'Some fields are not valid',
    detail: 'Correct the fields that `errors` points to.',
    http: 400,
    grpc: 'INVALID_ARGUMENT',
  },
  content_invalid: {
    title: 'The text cannot be sent',
    detail: 'A message is 1 to 4,000 characters of well-formed Unicode.',
    http: 400,
    grpc: 'INVALID_ARGUMENT',
  },
  unauthenticated: {
    title: 'Sign in first',
    detail: 'Send a valid access token, as "Authorization: Bearer <token>".',
    http: 401,
    grpc: 'UNAUTHENTICATED',
  },
  credentials_wrong: {
    title: 'The name or the password is wrong',
    detail: 'Check both and try again.',
    http: 401,
    grpc: 'UNAUTHENTICATED',
  },
  token_expired: {
    title: 'The token has expired',
    detail: 'Sign in again.',
    http: 401,
    grpc: 'UNAUTHENTICATED',
  },
  token_revoked: {
    title: 'The session has ended',
    detail: 'Sign in again.',
    http: 401,
    grpc: 'UNAUTHENTICATED',
  },
  forbidden: {
    title: 'This is not allowed',
    detail: 'You may see this, but not do it.',
    http: 403,
    grpc: 'PERMISSION_DENIED',
  },
  origin_forbidden: {
    title: 'This web site may not connect',
    detail: 'An operator can add it to CORS_ORIGINS.',
    http: 403,
    grpc: 'PERMISSION_DENIED',
  },
  not_found: {
    title: 'There is no such thing',
    detail: 'It does not exist, or it is not for you.',
    http: 404,
    grpc: 'NOT_FOUND',
  },
  method_not_allowed: {
    title: 'The method is not allowed here',
    detail: 'The Allow header lists those that are.',
    http: 405,
    grpc: 'UNIMPLEMENTED',
  },
  username_taken: {
    title: 'The username is taken',
    detail: 'Choose another one.',
    http: 409,
    grpc: 'ALREADY_EXISTS',
  },
  email_taken: {
    title: 'The e-mail address is taken',
    detail: 'Sign in with it, or give another one.',
    http: 409,
    grpc: 'ALREADY_EXISTS',
  },
  idempotency_conflict: {
    title: 'The clientMessageId belongs to another message',
    detail: 'Choose a new one for every message.',
    http: 409,
    grpc: 'ALREADY_EXISTS',
  },
  edit_conflict: {
    title: 'The message has changed meanwhile',
    detail: 'Read it again and repeat the edit.',
    http: 409,
    grpc: 'ABORTED',
  },
  last_owner: {
    title: 'Somebody has to be the owner',
    detail: 'Make somebody else an owner first, or delete it for all.',
    http: 409,
    grpc: 'FAILED_PRECONDITION',
  },
  conversation_full: {
    title: 'The conversation is full',
    detail: 'Nobody can be added before somebody leaves.',
    http: 409,
    grpc: 'FAILED_PRECONDITION',
  },
  last_admin: {
    title: 'Somebody has to be an administrator',
    detail: 'Make somebody else an administrator first.',
    http: 409,
    grpc: 'FAILED_PRECONDITION',
  },
  group_full: {
    title: 'The group is full',
    detail: 'Nobody can come in before somebody leaves.',
    http: 409,
    grpc: 'FAILED_PRECONDITION',
  },
  request_answered: {
    title: 'The friend request is answered already',
    detail: 'Read it again to see how.',
    http: 409,
    grpc: 'FAILED_PRECONDITION',
  },
  request_rejected: {
    title: 'This person has said no not long ago',
    detail: 'Wait before you ask again, or let them ask you.',
    http: 409,
    grpc: 'FAILED_PRECONDITION',
  },
  link_gone: {
    title: 'The link does not work any more',
    detail: 'It has expired or is used up. Ask for a new one.',
    http: 410,
    grpc: 'FAILED_PRECONDITION',
  },
  request_timeout: {
    title: 'The request did not arrive in time',
    detail: 'Send it again, all at once.',
    http: 408,
    grpc: 'DEADLINE_EXCEEDED',
  },
  too_large: {
    title: 'The request is too large',
    detail: 'Send less at once.',
    http: 413,
    grpc: 'INVALID_ARGUMENT',
  },
  media_type_unsupported: {
    title: 'The media type is not supported',
    detail: 'Send application/json.',
    http: 415,
    grpc: 'INVALID_ARGUMENT',
  },
  rate_limited: {
    title: 'Too many requests',
    detail: 'Wait for as long as the Retry-After header says.',
    http: 429,
    grpc: 'RESOURCE_EXHAUSTED',
  },
  internal: {
    title: 'Something went wrong on our side',
    detail: 'Try again, and tell an operator the requestId when it stays.',
    http: 500,
    grpc: 'INTERNAL',
  },
  overloaded: {
    title: 'Too much to do at the moment',
    detail: 'Try again in a moment.',
    http: 503,
    grpc: 'RESOURCE_EXHAUSTED',
  },
  slow_consumer: {
    title: 'The reader is too slow',
    detail: 'Subscribe again from the last cursor and read faster.',
    http: 503,
    grpc: 'RESOURCE_EXHAUSTED',
  },
  messages_unavailable: {
    title: 'Messages are not available right now',
    detail: 'Try again in a moment.',
    http: 503,
    grpc: 'UNAVAILABLE',
  },
  translation_timeout: {
    title: 'The translation takes longer',
    detail: 'It is still being made. Ask again in a moment.',
    http: 504,
    grpc: 'DEADLINE_EXCEEDED',
  },
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof problemKinds

export interface FieldError {
  /** JSON pointer into the body, query or parameters. */
  pointer: string
  message: string
}

/** RFC 9457 problem details as they travel: REST bodies and the `error` of socket acks. */
export interface ProblemDetails {
  type: string
  title: string
  status: number
  code: ProblemCode
  detail: string
  requestId?: string
  errors?: FieldError[]
}

/** The one error type that crosses layers. Its `cause` goes to the log, never to the wire. */
export class Problem extends Error {
  override readonly name = 'Problem'

  /**
   * @param code one of the closed list
   * @param detail a sentence for the person: what happened and what to do
   */
  constructor(
    readonly code: ProblemCode,
    readonly detail: string = problemKinds[code].detail,
    readonly options: { errors?: FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause })
  }

  get status(): number {
    return problemKinds[this.code].http
  }

  toDetails(requestId?: string): ProblemDetails {
    return {
      type: `urn:meeshy:problem:${this.code}`,
      title: problemKinds[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.detail,
      ...(requestId === undefined ? {} : { requestId }),
      ...(this.options.errors === undefined ? {} : { errors: this.options.errors }),
    }
  }
}

export function isProblemCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && Object.hasOwn(problemKinds, code)
}
