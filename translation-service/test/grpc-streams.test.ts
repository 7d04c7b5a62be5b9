import { connect as connectHttp2 } from 'node:http2'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type ClientReadableStream, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import type { MessagingServiceClient } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MessagingService'
import type { SubscribeEventsResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/SubscribeEventsResponse'
import { MessagingService } from '@meeshy/shared/messaging/contract'
import { statusToProblem } from '@meeshy/shared/messaging/problem-status'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, expect, it } from 'vitest'
import { startBorder, token } from './start-border.js'

const itemBytes = 1024 * 1024
const slowSubscriberMs = 700
/** What grpc-js takes in for a reader that has paused, and the two under way. */
const pausedItems = 16 + 2
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const opened: Array<() => unknown> = []

afterEach(async () => {
  for (let close = opened.pop(); close; close = opened.pop()) await close()
})

/** A port whose feed has `items` large items for everybody, named by the cursor that asks for them. */
async function startFeed({ items, patienceMs = slowSubscriberMs }: { items: number; patienceMs?: number }) {
  const made = new Map<string, number>()
  const ended: string[] = []
  const border = await startBorder(
    (handlers) => ({
      SubscribeEvents: handlers.stream('SubscribeEvents', async function* ({ cursor }, _context, signal) {
        try {
          for (let count = 1; count <= items; count += 1) {
            made.set(cursor, count)
            yield { epoch: 'e', cursor: String(count).padEnd(itemBytes), events: [] }
          }
          if (cursor.startsWith('endless')) await new Promise((resolve) => signal.addEventListener('abort', resolve))
        } finally {
          ended.push(cursor)
        }
      }),
      GetMessage: handlers.unary('GetMessage', async () => ({})),
    }),
    {},
    { slowSubscriberMs: patienceMs },
  )
  opened.push(() => border.close())
  return { ...border, made, ended }
}

function connect(port: number): MessagingServiceClient {
  const client = new MessagingService(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  })
  opened.push(() => client.close())
  return client
}

interface Subscription {
  stream: ClientReadableStream<SubscribeEventsResponse__Output>
  received: number
  error: ServiceError | null
  ended: boolean
}

function subscribe(client: MessagingServiceClient, cursor: string): Subscription {
  const stream = client.subscribeEvents({ cursor }, bearer())
  const subscription: Subscription = { stream, received: 0, error: null, ended: false }
  stream.on('data', () => {
    subscription.received += 1
  })
  stream.on('error', (error: ServiceError) => {
    subscription.error = error
  })
  stream.on('end', () => {
    subscription.ended = true
  })
  return subscription
}

function bearer(): Metadata {
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  return metadata
}

/** Bytes of the buffers of this process, the messages that wait for their subscribers among them. */
function heldBytes(): number {
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

function isServed(client: MessagingServiceClient): Promise<boolean> {
  return new Promise((resolve) => {
    client.getMessage({}, bearer(), { deadline: Date.now() + 5_000 }, (error) => resolve(!error))
  })
}

it('cuts off a subscriber that does not read, and nobody else', async () => {
  const feed = await startFeed({ items: 50 })
  const client = connect(feed.port)
  const reader = subscribe(client, 'reader')
  const deaf = subscribe(client, 'deaf')
  deaf.stream.pause()
  await waitFor(() => deaf.error !== null, { what: 'the end of the deaf one' })
  expect(deaf.error?.code).toBe(status.RESOURCE_EXHAUSTED)
  expect(feed.made.get('deaf')).toBeLessThanOrEqual(pausedItems)
  expect(feed.ended).toContain('deaf')
  await waitFor(() => reader.ended, { what: 'the end of the reading one' })
  expect(reader).toMatchObject({ received: 50, error: null })
  expect(await isServed(client)).toBe(true)

  const again = subscribe(client, 'again')
  await waitFor(() => again.ended, { what: 'the end of the next subscription' })
  expect(again).toMatchObject({ received: 50, error: null })
})

it('keeps one item for a subscriber that takes nothing, and none when it has cut it off', async () => {
  // So long that all of them wait at one moment, however busy the machine is.
  const feed = await startFeed({ items: 50, patienceMs: 2_000 })
  await waitFor(() => heldBytes() < itemBytes, { what: 'the items of other tests to be forgotten' })
  const before = heldBytes()
  const session = connectHttp2(`http://127.0.0.1:${feed.port}`)
  opened.push(() => session.destroy())
  const closed = Array.from({ length: 8 }, () => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/meeshy.messaging.v1.MessagingService/SubscribeEvents',
      'content-type': 'application/grpc',
      authorization: `Bearer ${token}`,
    })
    stream.on('error', () => {}).end(Buffer.alloc(5))
    return new Promise((resolve) => stream.once('close', resolve))
  })
  await waitFor(() => heldBytes() - before > 7 * itemBytes, { what: 'the items to pile up' })
  // All of them have the same, empty cursor.
  expect(feed.made.get('')).toBe(1)
  await Promise.all(closed)
  expect(feed.ended).toHaveLength(8)
  await waitFor(() => heldBytes() - before < itemBytes, { what: 'the items to be forgotten' })
})

it('tells one that reads again in time what happened', async () => {
  const feed = await startFeed({ items: 50 })
  const late = subscribe(connect(feed.port), 'late')
  late.stream.pause()
  await waitFor(() => feed.ended.includes('late'), { what: 'the end of the patience' })
  late.stream.resume()
  await waitFor(() => late.error !== null, { what: 'the problem' })
  expect(statusToProblem(late.error as ServiceError)).toMatchObject({ code: 'slow_consumer' })
  expect(late.received).toBeLessThanOrEqual(pausedItems)
})

it('serves 16 subscribers, refuses one more, and has room again when one leaves', async () => {
  const feed = await startFeed({ items: 1 })
  const client = connect(feed.port)
  const subscribers = Array.from({ length: 16 }, (_, index) => subscribe(client, `endless-${index}`))
  await waitFor(() => subscribers.every(({ received }) => received === 1), { what: '16 subscriptions' })
  const one = subscribe(client, 'endless-more')
  await waitFor(() => one.error !== null, { what: 'the refusal' })
  expect(statusToProblem(one.error as ServiceError)).toMatchObject({
    code: 'overloaded',
    options: { retryAfterSeconds: 1 },
  })
  expect(feed.made.has('endless-more')).toBe(false)
  subscribers[0]?.stream.cancel()
  await waitFor(() => feed.ended.includes('endless-0'), { what: 'the end of the one who left' })
  const next = subscribe(client, 'endless-next')
  await waitFor(() => next.received === 1, { what: 'the subscription in its place' })
  for (const { stream } of [...subscribers, next]) stream.cancel()
  await waitFor(() => feed.ended.length === 17, { what: 'everybody to have left' })
})
