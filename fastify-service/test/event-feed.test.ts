import { openDatabase } from '@meeshy/shared/database/open'
import { newId } from '@meeshy/shared/ids'
import { createLogger } from '@meeshy/shared/logging'
import { type FakeMessaging, startFakeMessaging } from '@meeshy/shared/testing/fake-messaging'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connectMessaging } from '../src/grpc/client.js'
import { type Deliver, type EventFeed, startEventFeed } from '../src/grpc/events.js'
import { Messaging } from '../src/grpc/messaging.js'
import { type GatewayDatabase, gatewayDatabase } from '../src/store/database.js'
import { Hub } from '../src/websocket/hub.js'

const log = createLogger({ service: 'gateway', level: 'fatal', directory: '' })
const conversationId = newId()
const senderId = newId()
const opened: Array<() => unknown> = []

let service: FakeMessaging
let database: GatewayDatabase
let messaging: Messaging

beforeEach(async () => {
  service = await startFakeMessaging()
  opened.push(() => service.close())
  const file = await createTestDatabase()
  opened.push(() => file.remove())
  const prisma = await openDatabase(file.url)
  opened.push(() => prisma.$disconnect())
  database = gatewayDatabase(prisma)
  const link = connectMessaging({ host: service.host, port: service.port, serviceToken: 'any', log })
  opened.push(() => link.close())
  messaging = new Messaging(link)
})

afterEach(async () => {
  for (let close = opened.pop(); close; close = opened.pop()) await close()
})

async function start(deliver: Deliver): Promise<EventFeed> {
  const before = service.calls.length
  const feed = startEventFeed({ database, log, messaging, hub: new Hub() }, deliver)
  opened.push(() => feed.close())
  await waitFor(() => service.calls.slice(before).some(({ method }) => method === 'SubscribeEvents'), {
    what: 'the stream',
  })
  return feed
}

async function send(content: string): Promise<void> {
  await messaging.send({ conversationId, senderId, content }, newId())
}

function collector() {
  const contents: string[] = []
  const deliver: Deliver = async ({ message }) => {
    contents.push(message?.content ?? '')
  }
  return { contents, deliver }
}

it('starts at the present, and the next process where the last one stopped', async () => {
  await send('before the first')
  const first = collector()
  const feed = await start(first.deliver)
  await waitFor(() => messaging.epoch !== null, { what: 'the epoch' })
  await send('one')
  await waitFor(() => first.contents.length > 0, { what: 'the first event' })
  await feed.close()
  expect(first.contents).toEqual(['one'])

  for (const content of ['two', 'three']) await send(content)
  const second = collector()
  await start(second.deliver)
  await send('four')
  await waitFor(() => second.contents.length >= 3, { what: 'what was missed' })
  expect(second.contents).toEqual(['two', 'three', 'four'])
})

it('hands over one event after the other', async () => {
  let running = 0
  let most = 0
  const contents: string[] = []
  await start(async ({ message }) => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setTimeout(resolve, 2))
    contents.push(message?.content ?? '')
    running -= 1
  })
  await waitFor(() => messaging.epoch !== null, { what: 'the epoch' })
  const sent = Array.from({ length: 30 }, (_, index) => `Number ${index}`)
  for (const content of sent) await send(content)
  await waitFor(() => contents.length === sent.length, { what: 'all events' })
  expect(contents).toEqual(sent)
  expect(most).toBe(1)
})

it('tries an event again, and goes on after one that cannot be delivered', async () => {
  const attempts: string[] = []
  await start(async ({ message }) => {
    attempts.push(message?.content ?? '')
    if (message?.content === 'twice' && attempts.length === 1) throw new Error('not now')
    if (message?.content === 'never') throw new Error('never')
  })
  await waitFor(() => messaging.epoch !== null, { what: 'the epoch' })
  for (const content of ['twice', 'never', 'last']) await send(content)
  await waitFor(() => attempts.includes('last'), { what: 'the last event' })
  expect(attempts).toEqual(['twice', 'twice', 'never', 'never', 'never', 'last'])
})

it('comes back after every break of the connection, without a gap', async () => {
  const { contents, deliver } = collector()
  await start(deliver)
  await waitFor(() => messaging.epoch !== null, { what: 'the epoch' })
  const sent: string[] = []
  for (let round = 0; round < 5; round += 1) {
    for (let count = 0; count < 3; count += 1) {
      sent.push(`${round}.${count}`)
      await send(`${round}.${count}`)
    }
    await service.stop()
    await service.start()
    await waitFor(() => messaging.ready(), { what: 'the link' })
  }
  await waitFor(() => contents.length >= sent.length, { what: 'all events' })
  expect(contents).toEqual(sent)
})

it('goes on with the stream that tells of another epoch: nothing in between is lost', async () => {
  const { contents, deliver } = collector()
  await start(deliver)
  await send('before')
  await waitFor(() => contents.length > 0, { what: 'the first event' })
  const streams = () => service.calls.filter(({ method }) => method === 'SubscribeEvents').length
  const before = streams()
  await service.stop()
  service.renewEpoch()
  await service.start()
  await waitFor(() => streams() > before, { what: 'the next stream' })
  await send('right after')
  await waitFor(() => contents.length > 1, { what: 'the next event' })
  expect(contents).toEqual(['before', 'right after'])
  expect(streams()).toBe(before + 1)
})
