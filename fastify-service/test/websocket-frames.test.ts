import { connect } from 'node:net'
import type { ClientFrame, ClientFrameType } from '@meeshy/shared/frames/client-frames'
import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSocket, signIn, type TestSocket } from './socket.js'
import { startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let token: string
let conversationId: string

beforeAll(async () => {
  gateway = await startTestGateway({ SOCKET_FRAMES_PER_10S: '1000', SOCKET_SENDS_PER_10S: '1000' })
  token = (await gateway.register('ana', { preferredLanguage: 'en' })).accessToken
  const body = { type: 'group', title: 'Alone', memberIds: [] }
  conversationId = (await gateway.call<{ id: string }>('POST', '/api/conversations', { token, body })).body.id
})

afterAll(async () => {
  await gateway.close()
})

/** The socket still works: a bad frame costs its sender an answer and nothing more. */
async function expectAlive(socket: TestSocket): Promise<void> {
  expect(await socket.request('ping', {})).toMatchObject({ ok: true })
  socket.close()
}

describe('a bad frame without a ref is answered by an error frame', () => {
  it.each<[string, string | Buffer, string]>([
    ['binary', Buffer.from('{"type":"ping","data":{}}'), 'bad_request'],
    ['not JSON', '{"type":', 'bad_request'],
    ['empty', '', 'bad_request'],
    ['null', 'null', 'bad_request'],
    ['an array', '[]', 'bad_request'],
    ['a number', '7', 'bad_request'],
    ['deeply nested', '['.repeat(30_000), 'bad_request'],
    ['without a type', '{"data":{}}', 'bad_request'],
    ['of an unknown type', '{"type":"message.sing","data":{}}', 'bad_request'],
    ['of the type __proto__', '{"type":"__proto__","data":{}}', 'bad_request'],
    ['of the type constructor', '{"type":"constructor","data":{}}', 'bad_request'],
    ['with a ref that is no safe integer', '{"type":"ping","ref":1e300,"data":{}}', 'validation_failed'],
    [
      'with a ref of 65 characters',
      JSON.stringify({ type: 'ping', ref: 'x'.repeat(65), data: {} }),
      'validation_failed',
    ],
    ['with a ref of the wrong type', '{"type":"ping","ref":{},"data":{}}', 'validation_failed'],
    ['without data', '{"type":"ping"}', 'validation_failed'],
    ['with unknown fields', '{"type":"ping","data":{},"more":1}', 'validation_failed'],
  ])('%s', async (_, raw, code) => {
    const socket = await signIn(gateway.url, token)
    socket.sendRaw(raw)
    expect((await socket.next('error')).data).toMatchObject({ code, status: 400 })
    await expectAlive(socket)
  })
})

describe('a bad frame with a ref is answered by an ack that names the field', () => {
  const id = newId()
  it.each<[string, object, string, string | undefined]>([
    ['unknown type', { type: 'message.sing', data: {} }, 'bad_request', undefined],
    ['unknown data', { type: 'ping', data: { a: 1 } }, 'validation_failed', '/data/a'],
    ['no data', { type: 'ping' }, 'validation_failed', '/data'],
    [
      'wrong type of a field',
      { type: 'message.send', data: { conversationId: id, content: 7, clientMessageId: id } },
      'validation_failed',
      '/data/content',
    ],
    [
      'missing field',
      { type: 'message.send', data: { conversationId: id, content: 'a' } },
      'validation_failed',
      '/data/clientMessageId',
    ],
    [
      'bad id',
      { type: 'message.send', data: { conversationId: 'a b', content: 'a', clientMessageId: id } },
      'validation_failed',
      '/data/conversationId',
    ],
    [
      'empty id',
      { type: 'message.send', data: { conversationId: id, content: 'a', clientMessageId: '' } },
      'validation_failed',
      '/data/clientMessageId',
    ],
    ['token of the wrong type', { type: 'auth', data: { token: null } }, 'validation_failed', '/data/token'],
  ])('%s', async (_, frame, code, pointer) => {
    const socket = await signIn(gateway.url, token)
    socket.sendRaw(JSON.stringify({ ...frame, ref: 42 }))
    const ack = await socket.ackOf(42)
    expect(ack).toMatchObject({ ok: false, error: { code } })
    const errors = ack.ok ? [] : ack.error.errors
    if (pointer) expect(errors).toContainEqual({ pointer, message: expect.any(String) })
    await expectAlive(socket)
  })
})

describe('a ref that is taken', () => {
  it.each([
    ['astral characters', '😀'.repeat(64)],
    ['the empty text', ''],
    ['a negative number', -1],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER],
  ])('is answered: %s', async (_, ref) => {
    const socket = await signIn(gateway.url, token)
    socket.sendRaw(JSON.stringify({ type: 'ping', ref, data: {} }))
    expect(await socket.ackOf(ref)).toMatchObject({ ok: true })
    socket.sendRaw(JSON.stringify({ type: 'ping', ref, data: { a: 1 } }))
    await waitFor(() => socket.framesOf('ack').length === 2, { what: 'the second ack' })
    expect(socket.framesOf('ack')[1]).toMatchObject({ ref, ok: false })
    socket.close()
  })
})

describe('before authentication', () => {
  const id = newId()
  // Typed by the list of frames: a new one does not compile without its line here.
  const samples: { [Name in ClientFrameType]: ClientFrame<Name>['data'] } = {
    auth: { token: 'not-a-token' },
    ping: {},
    'message.send': { conversationId: id, content: 'Hello', clientMessageId: id },
    'message.edit': { messageId: id, content: 'Hello' },
    'message.delete': { messageId: id },
    'message.read': { conversationId: id, seq: 1 },
    'message.translate': { messageId: id, targetLanguage: 'fr' },
    'typing.start': { conversationId: id },
    'typing.stop': { conversationId: id },
    'presence.set': { status: 'away' },
    resume: { conversations: { [id]: 1 }, epoch: 'epoch' },
  }
  it.each(Object.entries(samples))('%s is unauthenticated', async (type, data) => {
    const socket = await openSocket(gateway.url)
    expect(await socket.fail(type as ClientFrameType, data)).toMatchObject({ code: 'unauthenticated', status: 401 })
    socket.close()
  })
})

describe('content', () => {
  it.each([
    ['nothing', ''],
    ['too long', 'a'.repeat(4001)],
    ['too many bytes', '漢'.repeat(5500)],
    ['a lone surrogate', 'a\ud800b'],
    ['U+0000', 'a\0b'],
  ])('%s is refused', async (_, content) => {
    const socket = await signIn(gateway.url, token)
    const problem = await socket.fail('message.send', { conversationId, content, clientMessageId: newId() })
    expect(problem).toMatchObject({ code: 'content_invalid', status: 400 })
    await expectAlive(socket)
  })

  it('comes back byte for byte, and a locale counts as its language', async () => {
    const socket = await signIn(gateway.url, token)
    const content = ' e\u0301 👩‍👩‍👧 \u202bשלום\u202c\r\n'
    const clientMessageId = newId()
    const draft = { conversationId, content, clientMessageId, originalLanguage: 'pt-BR' }
    expect(await socket.request('message.send', draft)).toMatchObject({
      ok: true,
      data: { content, originalLanguage: 'pt' },
    })
    const klingon = await socket.fail('message.send', { ...draft, clientMessageId: newId(), originalLanguage: 'tlh' })
    expect(klingon).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/data/originalLanguage' }] })
    await expectAlive(socket)
  })
})

it('closes a socket whose frame is too big with 1009, and goes on for the others', async () => {
  const [big, other] = [await signIn(gateway.url, token), await signIn(gateway.url, token)]
  big.sendRaw('a'.repeat(70_000))
  expect((await big.waitForClose()).code).toBe(1009)
  await expectAlive(other)
})

it('closes a socket that does not speak the protocol', async () => {
  const socket = await signIn(gateway.url, token)
  // A frame with reserved bits set.
  ;(socket.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(Buffer.from([0xf1, 0x00]))
  await socket.waitForClose()
  await expectAlive(await signIn(gateway.url, token))
})

it('takes the frames that come in one packet with the handshake', async () => {
  const { hostname, port } = new URL(gateway.url)
  const client = connect(Number(port), hostname)
  let received = ''
  client.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  client.write(
    Buffer.concat([
      Buffer.from(
        [
          `GET /ws?token=${token} HTTP/1.1`,
          `Host: ${hostname}:${port}`,
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
          '\r\n',
        ].join('\r\n'),
      ),
      unmasked('{"type":"ping","ref":"early","data":{}}'),
    ]),
  )
  await waitFor(() => received.includes('"ref":"early","ok":true'), { what: 'the answer' })
  expect(received.indexOf('"hello"')).toBeLessThan(received.indexOf('"early"'))
  client.destroy()
})

it('answers every one of many random frames', async () => {
  const seed = Date.now()
  const random = randomOf(seed)
  const socket = await openSocket(gateway.url, { token })
  const parts = ['{', '}', '[', ']', '"type"', ':', '"ping"', '"auth"', '"data"', ',', '"ref"', '1', 'null', '\\', '"']
  await socket.next('hello')
  for (let count = 1; count <= 900; count += 1) {
    const length = Math.floor(random() * 12)
    socket.sendRaw(Array.from({ length }, () => parts[Math.floor(random() * parts.length)]).join(''))
    const answered = () => socket.frames.length === 1 + count || socket.closed !== null
    if (count % 30 === 0) await waitFor(answered, { what: `the answers, seed ${seed}` })
  }
  expect(socket.closed, `seed ${seed}`).toBeNull()
  socket.close()
})

/** A text frame masked with zeros. */
function unmasked(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
}

function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
