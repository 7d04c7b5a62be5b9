import { Client, credentials } from '@grpc/grpc-js'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, expect, it } from 'vitest'
import { RawClient, startBorder, token } from './start-border.js'

const authorization = `Bearer ${token}`
const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'
const check = '/grpc.health.v1.Health/Check'
const serving = Buffer.from([0x08, 0x01])
const notServing = Buffer.from([0x08, 0x02])
const opened: Array<() => unknown> = []

afterEach(async () => {
  for (let close = opened.pop(); close; close = opened.pop()) await close()
})

async function start(...options: Parameters<typeof startBorder>) {
  const border = await startBorder(...options)
  const client = new RawClient(border.port)
  opened.push(border.close, () => client.close())
  return { border, client }
}

/** A request whose one text is its field of this number. */
function bytesOf(field: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, text.length]), Buffer.from(text)])
}

it('says by the standard health service that it serves', async () => {
  const { client } = await start()
  const service = 'meeshy.messaging.v1.MessagingService'
  expect(await client.call(check)).toMatchObject({ status: 'OK', answer: serving })
  expect(await client.call(check, { body: bytesOf(1, service) })).toMatchObject({ status: 'OK', answer: serving })
  expect(await client.call(check, { body: bytesOf(1, 'no.such.Service') })).toMatchObject({ status: 'NOT_FOUND' })
})

it('says so when it is about to end', async () => {
  const { border } = await start()
  const client = new Client(`127.0.0.1:${border.port}`, credentials.createInsecure())
  opened.push(() => client.close())
  const told: Buffer[] = []
  const same = (bytes: Buffer) => bytes
  const watch = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', same, same, Buffer.alloc(0))
  watch.on('data', (bytes: Buffer) => told.push(bytes)).on('error', () => {})
  await waitFor(() => told.length === 1, { what: 'the first state' })
  const closed = border.close()
  await waitFor(() => told.length === 2, { what: 'the second state' })
  watch.cancel()
  await closed
  expect(told).toEqual([serving, notServing])
})

it('describes itself to developers', async () => {
  const { client } = await start(undefined, { NODE_ENV: 'development' })
  for (const path of [reflection, reflection.replace('v1', 'v1alpha')]) {
    const list = await client.call(path, { authorization, body: bytesOf(7, '*') })
    expect(list.answer?.toString('latin1')).toContain('meeshy.messaging.v1.MessagingService')
    const file = await client.call(path, { authorization, body: bytesOf(4, 'meeshy.messaging.v1.Message') })
    expect(file.answer?.toString('latin1')).toContain('originalLanguage')
    const nothing = await client.call(path, { authorization, body: bytesOf(4, 'no.such.Type') })
    expect(nothing).toMatchObject({ status: 'OK', answer: expect.anything() })
  }
})

it('does not in production', async () => {
  const { client } = await start(undefined, { NODE_ENV: 'production' })
  const list = await client.call(reflection, { authorization, body: bytesOf(7, '*') })
  expect(list).toMatchObject({ status: 'UNIMPLEMENTED' })
})

it.each([
  ['lets the deadline pass', 200, () => {}, 'DEADLINE_EXCEEDED'],
  ['gives up', 5_000, (caller: AbortController) => caller.abort(), 'CANCELLED'],
])('tells an rpc that waits when its caller %s', async (_, deadlineMs, leave, status) => {
  const signals: AbortSignal[] = []
  const { client } = await start((handlers) => ({
    GetMessage: handlers.unary('GetMessage', (_request, _context, { signal }) => {
      signals.push(signal)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }),
  }))
  const caller = new AbortController()
  const outcome = client.call('GetMessage', { authorization, deadlineMs, signal: caller.signal })
  await waitFor(() => signals.length === 1, { what: 'the call' })
  expect(signals[0]?.aborted).toBe(false)
  leave(caller)
  await waitFor(() => signals[0]?.aborted === true, { what: 'the signal' })
  expect(await outcome).toMatchObject({ status })
})
