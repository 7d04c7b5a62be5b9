import { createLogger } from '@meeshy/shared/logging'
import type { ProblemDetails } from '@meeshy/shared/problems'
import { type FakeMessaging, startFakeMessaging } from '@meeshy/shared/testing/fake-messaging'
import type { PeopleOptions } from '@meeshy/shared/testing/fake-messaging-people'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { loadConfig } from '../src/config.js'
import type { Context } from '../src/context.js'
import { type Gateway, type GatewayOverrides, startGateway } from '../src/gateway.js'
import type { OwnUser } from '../src/store/accounts/users.js'
import { Secrets } from './canary.js'

export const jwtSecret = 'a-secret-of-the-tests-only-0123456789'
export const password = 'correct horse battery'

export interface Answer<Body = unknown> {
  status: number
  headers: Headers
  body: Body
  text: string
}

export interface CallOptions {
  token?: string
  /** Sent as JSON; a string goes as it is. */
  body?: unknown
  headers?: Record<string, string>
}

export interface Person {
  user: OwnUser
  accessToken: string
  refreshToken: string
  expiresAt: string
}

export interface TestGateway {
  url: string
  context: Context
  app: Gateway['app']
  messaging: FakeMessaging
  /** What the fake messaging service believes of people; a test may change it. */
  people: PeopleOptions
  /** Every line that was logged, as JSON. */
  lines: string[]
  call<Body = unknown>(method: string, path: string, options?: CallOptions): Promise<Answer<Body>>
  /** A call that has to fail; checks that the answer is a problem. */
  fail(method: string, path: string, options?: CallOptions): Promise<Answer<ProblemDetails>>
  register(username: string, fields?: Record<string, unknown>): Promise<Person>
  close(): Promise<void>
}

/** The real gateway on a free port with a database of its own and the fake messaging service. */
export async function startTestGateway(
  settings: Record<string, string> = {},
  overrides: Omit<GatewayOverrides, 'log'> = {},
): Promise<TestGateway> {
  const database = await createTestDatabase()
  const people: PeopleOptions = {}
  const messaging = await startFakeMessaging(people)
  const lines: string[] = []
  const config = testConfig(database.url, messaging, settings)
  const gateway = await startGateway(config, { ...overrides, log: recordingLog(lines) })
  await waitFor(() => gateway.context.messaging.ready(), { what: 'the link to the fake messaging service' })

  const secrets = new Secrets(password)
  const call: TestGateway['call'] = async (method, path, options) => {
    secrets.note(options?.body)
    const answer = await send<never>(`${gateway.url}${path}`, method, options)
    secrets.note(answer.body)
    return answer
  }
  return {
    url: gateway.url,
    context: gateway.context,
    app: gateway.app,
    messaging,
    people,
    lines,
    call,
    fail: async (method, path, options) => asProblem(await call<ProblemDetails>(method, path, options)),
    register: async (username, fields) => {
      const body = { username, email: `${username}@example.org`, password, ...fields }
      const answer = await call<Person>('POST', '/api/auth/register', { body })
      if (answer.status !== 201) throw new Error(`could not register ${username}: ${answer.text}`)
      return answer.body
    },
    close: async () => {
      await gateway.close()
      await messaging.close()
      await database.remove()
      secrets.check(lines)
    },
  }
}

function testConfig(databaseUrl: string, messaging: FakeMessaging, settings: Record<string, string>) {
  return loadConfig({
    NODE_ENV: 'test',
    DATABASE_URL: databaseUrl,
    GRPC_HOST: messaging.host,
    GRPC_PORT: String(messaging.port),
    FASTIFY_PORT: '0',
    SERVICE_TOKEN: 'a-service-token-of-the-tests-0123456789',
    JWT_SECRET: jwtSecret,
    PASSWORD_PEPPER: 'a-pepper-of-the-tests-only-0123456789',
    BCRYPT_COST: '4',
    RATE_LIMIT_PER_MINUTE: '100000',
    ADDRESS_RATE_LIMIT_PER_MINUTE: '100000',
    MAX_EVENT_LOOP_DELAY_MS: '0',
    AUTH_RATE_LIMIT_PER_MINUTE: '100000',
    FAILED_SIGN_INS_PER_ADDRESS: '100000',
    LOG_LEVEL: 'trace',
    ...settings,
  })
}

/** The real logger, redaction included, with its lines kept instead of printed. */
function recordingLog(lines: string[]) {
  const log = createLogger({ service: 'gateway', level: 'trace', directory: '' })
  for (const transport of log.transports) transport.silent = true
  log.on('data', (info: object) => lines.push(JSON.stringify(info)))
  return log
}

async function send<Body>(url: string, method: string, options: CallOptions = {}): Promise<Answer<Body>> {
  const { token, body, headers } = options
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : text) as Body }
}

function asProblem(answer: Answer<ProblemDetails>): Answer<ProblemDetails> {
  const type = answer.headers.get('content-type')
  if (!type?.startsWith('application/problem+json') || answer.status !== answer.body.status) {
    throw new Error(`not a problem: ${answer.status} ${type} ${answer.text}`)
  }
  return answer
}

/** A problem's body without what differs from request to request. */
export function withoutRequestId({ body }: Answer<ProblemDetails>): string {
  const { requestId: _, ...rest } = body
  return JSON.stringify(rest)
}
