/** Fields whose values never reach a log, in lower case: credentials, what knows them again, and people's words. */
const privateFields = new Set([
  'authorization',
  'cookie',
  'password',
  'newpassword',
  'currentpassword',
  'passwordhash',
  'token',
  'tokenhash',
  'accesstoken',
  'refreshtoken',
  'refreshhash',
  'previousrefreshhash',
  'content',
  'text',
  'q',
  'sec-websocket-protocol',
])

const redacted = '[redacted]'
/** Most lines hold nothing of the kind, and this is quicker than the replacements. */
const suspicious = /token=|bearer|eyJ/i

/** Takes credentials out of a line: query tokens, bearer tokens and anything shaped like a JWT. */
export function redactLine(line: string): string {
  if (!suspicious.test(line)) return line
  return line
    .replace(/([?&]token=)[^&"\s\\]*/gi, `$1${redacted}`)
    .replace(/(bearer[ ,]+)[\w.~+/=-]+/gi, `$1${redacted}`)
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, redacted)
}

/** What the log may show of a field. */
export function redactField(name: string, value: unknown): unknown {
  return isPrivate(name) ? redacted : redactFields(value)
}

/** A copy of log fields without private values, errors reduced to name, message, code and stack; at most 5 levels. */
export function redactFields(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactLine(value)
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? value.toString() : value
  if (depth >= 5) return '[nested]'
  if (value instanceof Error) return redactError(value, depth)
  if (Array.isArray(value)) return value.map((item) => redactFields(item, depth + 1))
  // Other loggers hand errors over as plain objects.
  const quotes = ['name', 'type'].some((key) => quotingErrors.has((value as Record<string, unknown>)[key]))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isPrivate(key) || (quotes && quotingFields.has(key)) ? redacted : redactFields(item, depth + 1),
    ]),
  )
}

function isPrivate(key: string): boolean {
  return privateFields.has(key.toLowerCase())
}

/** Errors whose text quotes the values of a query, and so people's words. */
const quotingErrors = new Set<unknown>(['PrismaClientValidationError'])
const quotingFields = new Set(['message', 'stack'])

function redactError(error: Error, depth: number): object {
  const quotes = quotingErrors.has(error.name)
  return {
    name: error.name,
    message: quotes ? redacted : redactLine(error.message),
    ...('code' in error ? { code: error.code } : {}),
    ...(error.stack && !quotes ? { stack: redactLine(error.stack) } : {}),
    ...(error.cause === undefined ? {} : { cause: redactFields(error.cause, depth + 1) }),
  }
}
