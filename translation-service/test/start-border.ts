import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import type { MessagingServiceHandlers } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MessagingService'
import { createLogger } from '@meeshy/shared/logging'
import { metadataKeys } from '@meeshy/shared/messaging/contract'
import { loadConfig } from '../src/config.js'
import type { Context } from '../src/context.js'
import { Handlers } from '../src/grpc/handler.js'
import { listen } from '../src/grpc/listen.js'

export const token = 'a-service-token-for-tests-0123456789'

const messaging = '/meeshy.messaging.v1.MessagingService/'

export interface Border {
  port: number
  close(): Promise<void>
}

/** The gRPC port of the service, with rpcs of the test's own behind it and nothing below. */
export async function startBorder(
  rpcs: (handlers: Handlers) => Partial<MessagingServiceHandlers> = () => ({}),
  settings: Record<string, string> = {},
  limits?: { slowSubscriberMs: number },
): Promise<Border> {
  const config = loadConfig({
    NODE_ENV: 'test',
    DATABASE_URL: 'file:./none.db',
    GRPC_PORT: '0',
    SERVICE_TOKEN: token,
    LOG_DIR: '',
    ...settings,
  })
  const log = createLogger({ service: 'test', level: 'fatal', directory: '' })
  const handlers = new Handlers({ config, log } as Context, limits)
  return listen({ config, log }, rpcs(handlers) as MessagingServiceHandlers)
}

/** What a call came to: its status, and the code of the problem if it has one. */
export interface Outcome {
  status: string
  details: string
  problem: string | undefined
  answer: Buffer | undefined
}

interface CallSettings {
  body?: Buffer
  authorization?: string | undefined
  deadlineMs?: number
  /** Gives the call up. */
  signal?: AbortSignal
}

/** A client that knows no contract: it sends bytes to paths. */
export class RawClient {
  readonly #client: Client

  constructor(port: number, channel: ChannelCredentials = credentials.createInsecure(), options = {}) {
    this.#client = new Client(`127.0.0.1:${port}`, channel, options)
  }

  /** Calls a method of MessagingService, or any path that starts with a slash. */
  call(
    method: string,
    { body = Buffer.alloc(0), authorization, deadlineMs = 5_000, signal }: CallSettings = {},
  ): Promise<Outcome> {
    const path = method.startsWith('/') ? method : messaging + method
    const options = { deadline: Date.now() + deadlineMs }
    return new Promise((resolve) => {
      const done = (error: ServiceError | null, answer?: Buffer) => resolve(outcomeOf(error, answer))
      const call = this.#client.makeUnaryRequest(path, same, same, body, metadataWith(authorization), options, done)
      signal?.addEventListener('abort', () => call.cancel())
    })
  }

  /** Calls a method that answers with a stream, and reads until it ends. */
  subscribe(method: string, authorization?: string): Promise<Outcome> {
    const stream = this.#client.makeServerStreamRequest(
      messaging + method,
      same,
      same,
      Buffer.alloc(0),
      metadataWith(authorization),
    )
    return new Promise((resolve) => {
      stream.on('data', () => {})
      stream.on('error', (error: ServiceError) => resolve(outcomeOf(error)))
      stream.on('end', () => resolve(outcomeOf(null)))
    })
  }

  close(): void {
    this.#client.close()
  }
}

function outcomeOf(error: ServiceError | null, answer?: Buffer): Outcome {
  const problem = error?.metadata?.get(metadataKeys.problemCode)[0]?.toString()
  return { status: status[error?.code ?? status.OK] ?? '', details: error?.details ?? '', problem, answer }
}

function metadataWith(authorization: string | undefined): Metadata {
  const metadata = new Metadata()
  if (authorization !== undefined) metadata.set('authorization', authorization)
  return metadata
}

function same(bytes: Buffer): Buffer {
  return bytes
}
