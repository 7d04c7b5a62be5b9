import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Border, RawClient, startBorder, token } from './start-border.js'

const path = '/meeshy.messaging.v1.MessagingService/GetMessage'
const authorization = `Bearer ${token}`
const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

let border: Border
/** Connected before the garbage comes, and in use after it. */
let client: RawClient
const failures: unknown[] = []
const noteFailure = (error: unknown) => failures.push(error)

beforeAll(async () => {
  // Nothing that goes wrong in the same process may be missed.
  process.on('uncaughtExceptionMonitor', noteFailure).on('unhandledRejection', noteFailure)
  border = await startBorder((handlers) => ({ GetMessage: handlers.unary('GetMessage', async () => ({})) }))
  client = new RawClient(border.port)
  await client.call('GetMessage', { authorization })
})

afterEach(async () => {
  expect(await client.call('GetMessage', { authorization })).toMatchObject({ status: 'OK' })
  expect(failures).toEqual([])
})

afterAll(async () => {
  client.close()
  await border.close()
  process.off('uncaughtExceptionMonitor', noteFailure).off('unhandledRejection', noteFailure)
})

describe('a request', () => {
  it('of more than 1 MiB is refused, and the connection lives on', async () => {
    const body = Buffer.alloc(1024 * 1024 + 1)
    const answers = await Promise.all([
      client.call('GetMessage', { authorization, body }),
      client.call('GetMessage', { authorization }),
    ])
    expect(answers).toMatchObject([
      { status: 'RESOURCE_EXHAUSTED', details: expect.stringContaining('larger than max') },
      { status: 'OK' },
    ])
  })

  it('that is no protobuf is refused', async () => {
    // A wire type that is none, a number without an end, a field that is longer than all of it.
    for (const body of [Buffer.from([0x0f]), Buffer.alloc(12, 0xff), Buffer.from([0x1a, 0x7f, 0x07])]) {
      expect(await client.call('GetMessage', { authorization, body })).toMatchObject({ status: 'INTERNAL' })
    }
  })

  it('of random bytes gets some answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, size) => client.call('GetMessage', { authorization, body: randomBytes(size) })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['OK', 'INTERNAL']))
  })

  it('with fields of another version is served', async () => {
    // Field 1000, a varint.
    const body = Buffer.from([0xc0, 0x3e, 0x01])
    expect(await client.call('GetMessage', { authorization, body })).toMatchObject({ status: 'OK' })
  })
})

describe('raw HTTP/2', () => {
  it.each<[string, OutgoingHttpHeaders, Buffer, number | string]>([
    ['another path', { ':path': '/%ff/é' }, frame(), 'grpc 12'],
    ['another method', { ':method': 'GET' }, frame(), 'grpc 0'],
    ['another content type', { 'content-type': 'text/html' }, frame(), 415],
    ['no content type', { 'content-type': undefined }, frame(), 415],
    ['a timeout that is none', { 'grpc-timeout': 'soon' }, frame(), 'grpc 13'],
    ['an unknown compression', { 'grpc-encoding': 'zip' }, frame(Buffer.from('x'), 1), 'grpc 12'],
    ['broken compression', { 'grpc-encoding': 'gzip' }, frame(Buffer.from('x'), 1), 'grpc 13'],
    ['a compression flag that is none', {}, frame(Buffer.from([0xff]), 7), 'grpc 13'],
    ['a length of 4 GiB', {}, Buffer.from([0, 0xff, 0xff, 0xff, 0xff]), 'grpc 8'],
    ['half a message', {}, frame(Buffer.alloc(100)).subarray(0, 50), 'grpc 12'],
    ['two messages', {}, Buffer.concat([frame(), frame()]), 'grpc 12'],
    ['binary metadata that is no base64', { 'x-bin': '§§§' }, frame(), 'grpc 0'],
    ['a request id that is none', { 'x-request-id': 'a'.repeat(4_000) }, frame(), 'grpc 0'],
  ])('with %s is answered', async (_, headers, body, expected) => {
    const session = connectHttp2(`http://127.0.0.1:${border.port}`)
    expect(await request(session, headers, body)).toBe(expected)
    // The same connection still serves.
    expect(await request(session, {}, frame())).toBe('grpc 0')
    session.close()
  })

  it('that opens calls and leaves them costs nobody else anything', async () => {
    const session = connectHttp2(`http://127.0.0.1:${border.port}`).on('error', () => {})
    await once(session, 'connect')
    for (let count = 0; count < 400; count += 1) open(session, {}).on('error', () => {})
    expect(await client.call('GetMessage', { authorization })).toMatchObject({ status: 'OK' })
    session.destroy()
  })
})

describe('raw bytes', () => {
  it.each<[string, Array<string | Buffer>]>([
    ['HTTP/1', ['GET /health HTTP/1.1\r\nHost: x\r\n\r\n']],
    ['HTTP/1 that upgrades', ['GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n']],
    ['a TLS greeting', [Buffer.from('16030100c8010000c40303', 'hex'), randomBytes(200)]],
    ['random bytes', [randomBytes(10_000)]],
    ['nothing', []],
    ['half a preface', [preface.slice(0, 10)]],
    ['a preface and random bytes', [preface, randomBytes(10_000)]],
    ['settings and random bytes', [preface, emptySettings, randomBytes(10_000)]],
    ['a frame of 16 MiB', [preface, emptySettings, Buffer.from('ffffff000000000001', 'hex')]],
    ['headers that cannot be unpacked', [preface, emptySettings, Buffer.from('000004010500000001ffffffff', 'hex')]],
    ['data of a stream that is not open', [preface, emptySettings, Buffer.from('00000100000000000500', 'hex')]],
    ['settings that are forbidden', [preface, Buffer.from('000006040000000000000500000001', 'hex')]],
  ])('%s harm nobody', async (_, parts) => {
    const socket = connect(border.port, '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    for (const part of parts) socket.write(part)
    socket.end()
    expect(await client.call('GetMessage', { authorization })).toMatchObject({ status: 'OK' })
    socket.destroy()
  })
})

function frame(message = Buffer.alloc(0), compressed = 0): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(compressed, 0)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

function open(session: ClientHttp2Session, headers: OutgoingHttpHeaders) {
  const usual = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', authorization }
  return session.request({ ...usual, ...headers }, { endStream: false })
}

/** What came back: the HTTP status where it is an error, otherwise the gRPC status. */
async function request(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body: Buffer) {
  const stream = open(session, headers)
  const told: Record<string, unknown> = {}
  stream.on('response', (head) => Object.assign(told, head))
  stream.on('trailers', (tail) => Object.assign(told, tail))
  stream.resume().end(body)
  await once(stream, 'close')
  return told[':status'] === 200 ? `grpc ${told['grpc-status']}` : told[':status']
}
