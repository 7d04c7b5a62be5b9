import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let token: string
beforeAll(async () => {
  gateway = await startTestGateway({ REQUEST_TIMEOUT_MS: '400', IDLE_TIMEOUT_MS: '800' })
  token = (await gateway.register('ana')).accessToken
})
afterAll(() => gateway.close())

interface Line {
  socket: Socket
  /** What came back so far. */
  received(): string
  closed: Promise<unknown>
}

/** A connection, and something written on it. */
function write(text = ''): Line {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  let received = ''
  socket.setEncoding('latin1').on('data', (data: string) => {
    received += data
  })
  socket.on('error', () => {})
  socket.write(text)
  return { socket, received: () => received, closed: once(socket, 'close') }
}

/** Everything that comes back until the gateway hangs up. */
async function exchange(text: string): Promise<string> {
  const { closed, received } = write(text)
  await closed
  return received()
}

function request(start: string, headers: string[] = [], body = ''): string {
  return `${[start, 'Host: x', ...headers].join('\r\n')}\r\n\r\n${body}`
}

function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}

/** The last answer, which has to be a problem. */
function problemOf(text: string): { status: number; code: string; detail: string } {
  expect(text).toMatch(/content-type: application\/problem\+json/i)
  return JSON.parse(text.slice(text.lastIndexOf('\r\n\r\n')))
}

const json = 'Content-Type: application/json'
const last = 'Connection: close'
const login = 'POST /api/auth/login HTTP/1.1'

describe('who takes too long is cut:', () => {
  it('a socket that never says a word, and without one', async () => {
    expect(await exchange('')).toBe('')
  })

  it('a connection that has been answered and stays silent, without one more', async () => {
    expect(statusesOf(await exchange(request('GET /livez HTTP/1.1')))).toEqual([200])
  })

  it.each([
    ['headers that stop', 'GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['a body that stops', request(login, [json, 'Content-Length: 100'], '{"login":')],
    ['chunks that stop', request(login, [json, 'Transfer-Encoding: chunked'], '5\r\n{"log\r\n')],
    ['headers that stop after a request', `${request('GET /livez HTTP/1.1')}GET /livez HTTP/1.1\r\nHost`],
  ])('%s', async (_, text) => {
    const answer = await exchange(text)
    expect(problemOf(answer)).toMatchObject({ status: 408, code: 'request_timeout' })
  })

  it('headers that come byte by byte', async () => {
    const { socket, closed, received } = write('GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    const drip = setInterval(() => socket.write('a'), 20)
    await closed
    clearInterval(drip)
    expect(statusesOf(received())).toEqual([408])
  })

  it('a body that comes byte by byte, and its sender is told', async () => {
    const { socket, closed, received } = write(request(login, [json, 'Content-Length: 60000'], '"'))
    const drip = setInterval(() => socket.write('a'), 20)
    await closed
    clearInterval(drip)
    expect(statusesOf(received())).toEqual([408])
    expect(gateway.lines.filter((line) => line.includes('The request failed'))).toEqual([])
  })

  it('an upgrade that is refused', async () => {
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: eA==',
    ]
    const text = `GET /ws HTTP/1.1\r\n${upgrade.join('\r\n')}\r\n\r\n`
    expect(problemOf(await exchange(text))).toMatchObject({ status: 400, code: 'bad_request' })
    const broken = request('GET /ws/%E0%A4%A HTTP/1.1', upgrade)
    expect(problemOf(await exchange(broken))).toMatchObject({ status: 400, code: 'bad_request' })
  })
})

describe('a request that is written strangely:', () => {
  const cl = 'Content-Length: 4'
  const chunked = '4\r\nnull\r\n0\r\n\r\n'

  it.each([
    ['two lengths', request(login, [json, cl, 'Content-Length: 5'], 'null'), 400],
    ['a length and chunks', request(login, [json, cl, 'Transfer-Encoding: chunked'], chunked), 400],
    ['chunks and a length', request(login, [json, 'Transfer-Encoding: chunked', cl], chunked), 400],
    ['a negative length', request(login, [json, 'Content-Length: -1'], 'null'), 400],
    ['a length in words', request(login, [json, 'Content-Length: four'], 'null'), 400],
    ['chunks inside of something unknown', request(login, [json, 'Transfer-Encoding: chunked, x'], chunked), 400],
    ['a space before the colon', request(login, [json, 'Content-Length : 4'], 'null'), 400],
    ['a chunk without a size', request(login, [json, 'Transfer-Encoding: chunked'], 'x\r\nnull\r\n0\r\n\r\n'), 400],
    ['a folded header', request('GET /livez HTTP/1.1', ['X-Folded: a', ' b', 'Connection: close']), 400],
    ['a control character in a header', request('GET /livez HTTP/1.1', ['X-Odd: a\u0000b']), 400],
    ['headers of 20 KiB', request('GET /livez HTTP/1.1', [`X-Long: ${'a'.repeat(20_000)}`]), 413],
    ['a path of 20 KiB', request(`GET /${'a'.repeat(20_000)} HTTP/1.1`), 413],
  ])('%s is refused, and the connection closed', async (_, text, status) => {
    const answer = await exchange(`${text}${request('GET /livez HTTP/1.1')}`)
    // What follows could be anybody's.
    expect(statusesOf(answer)).toEqual([status])
    expect(problemOf(answer).code).toBe(status === 413 ? 'too_large' : 'bad_request')
    expect(answer).toMatch(/connection: close/i)
  })

  it.each([
    ['a compressed body', ['Content-Encoding: gzip', cl], 'null'],
    ['a body compressed twice', ['Content-Encoding: identity, br', cl], 'null'],
    ['compressed chunks', ['Transfer-Encoding: gzip, chunked'], chunked],
  ])('%s is not read', async (_, headers, body) => {
    const problem = problemOf(await exchange(request(login, [json, last, ...headers], body)))
    expect(problem).toMatchObject({ status: 415, code: 'media_type_unsupported', detail: expect.any(String) })
    expect(problem.detail).toContain('compressed')
  })

  it('a body that is said not to be compressed is read', async () => {
    const text = request(login, [json, last, 'Content-Encoding: Identity', cl], 'null')
    expect(problemOf(await exchange(text)).code).toBe('validation_failed')
  })

  it('HTTP/1.1 without a host is refused, HTTP/1.0 without one is not', async () => {
    expect(problemOf(await exchange(`GET /livez HTTP/1.1\r\n${last}\r\n\r\n`))).toMatchObject({
      status: 400,
      code: 'bad_request',
    })
    expect(statusesOf(await exchange('GET /livez HTTP/1.0\r\n\r\n'))).toEqual([200])
  })

  it('an expectation is met when it is known, and ignored otherwise', async () => {
    const known = await exchange(request(login, [json, last, cl, 'Expect: 100-continue'], 'null'))
    expect(statusesOf(known)).toEqual([100, 400])
    const unknown = await exchange(request('GET /livez HTTP/1.1', [last, 'Expect: a miracle']))
    expect(statusesOf(unknown)).toEqual([200])
  })

  it('a body of 65 KiB in chunks is refused before all of it came', async () => {
    const chunk = `2000\r\n${'a'.repeat(0x2000)}\r\n`
    const answer = await exchange(request(login, [json, 'Transfer-Encoding: chunked'], chunk.repeat(9)))
    expect(problemOf(answer)).toMatchObject({ status: 413, code: 'too_large' })
  })
})

it('a connection is closed after 1,000 requests', async () => {
  const answer = await exchange(request('GET /livez HTTP/1.1').repeat(1_000))
  expect(statusesOf(answer)).toHaveLength(1_000)
  expect(answer.match(/connection: close/gi)).toHaveLength(1)
})

it('a socket that is in use is not cut', async () => {
  const { socket, received } = write(
    request(`GET /ws?token=${token} HTTP/1.1`, [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ]),
  )
  await waitFor(() => received().includes('hello'), { what: 'to be greeted' })
  // Others are cut meanwhile.
  await exchange('')
  await exchange(request('GET /livez HTTP/1.1'))
  expect(socket.readyState).toBe('open')
  socket.destroy()
})
