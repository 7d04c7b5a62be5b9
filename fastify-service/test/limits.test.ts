import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Answer, type CallOptions, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
afterAll(() => gateway.close())

async function statuses(count: number, method: string, path: string, options?: CallOptions): Promise<number[]> {
  const seen: number[] = []
  for (let index = 0; index < count; index += 1) seen.push((await gateway.call(method, path, options)).status)
  return seen
}

/** The status that refuses a socket. */
function upgrade(path: string): Promise<number | undefined> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}${path}`)
  return new Promise((resolve) => socket.on('unexpected-response', (_, response) => resolve(response.statusCode)))
}

function allowance({ headers }: Answer): Array<number | null> {
  return ['limit', 'remaining', 'reset'].map((name) => {
    const value = headers.get(`ratelimit-${name}`)
    return value === null ? null : Number(value)
  })
}

describe('the limit of an address', () => {
  beforeAll(async () => {
    gateway = await startTestGateway({ ADDRESS_RATE_LIMIT_PER_MINUTE: '20', AUTH_RATE_LIMIT_PER_MINUTE: '3' })
  })

  it('is stricter for signing in', async () => {
    const body = { login: 'nobody', password: 'wrong' }
    expect(await statuses(4, 'POST', '/api/auth/login', { body })).toEqual([401, 401, 401, 429])
    const answer = await gateway.fail('POST', '/api/auth/login', { body })
    expect(answer.body.code).toBe('rate_limited')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(allowance(answer)).toEqual([3, 0, expect.any(Number)])
  })

  it('does not count what a web site asks first', async () => {
    const listed = await startTestGateway({ ADDRESS_RATE_LIMIT_PER_MINUTE: '1', CORS_ORIGINS: 'https://chat.example' })
    const headers = { origin: 'https://chat.example', 'access-control-request-method': 'PUT' }
    for (let index = 0; index < 3; index += 1) {
      expect((await listed.call('OPTIONS', '/api/users/me', { headers })).status).toBe(204)
    }
    expect((await listed.call('GET', '/nope', { headers })).status).toBe(404)
    const refused = await listed.call('GET', '/nope', { headers })
    expect(refused.status).toBe(429)
    // A web site can see how long to wait.
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://chat.example')
    expect(refused.headers.get('access-control-expose-headers')).toContain('retry-after')
    await listed.close()
  })

  it('counts everything else: no token, a bad one, no such path or method, no such thing', async () => {
    expect(allowance(await gateway.call('GET', '/nope'))).toEqual([20, 14, expect.any(Number)])
    expect(await statuses(4, 'GET', '/api/users/me')).toEqual(Array(4).fill(401))
    expect(await statuses(4, 'GET', '/api/users/me', { token: 'a.b.c' })).toEqual(Array(4).fill(401))
    expect(await statuses(3, 'GET', '/nope')).toEqual(Array(3).fill(404))
    expect(await statuses(3, 'DELETE', '/health')).toEqual([405, 405, 405])
    expect(await statuses(1, 'GET', '/nope')).toEqual([429])
    expect(await statuses(1, 'GET', '/api/users/me')).toEqual([429])
    expect(await upgrade('/ws?token=rubbish')).toBe(429)
  })

  it('leaves what orchestrators ask alone', async () => {
    expect(await statuses(2, 'GET', '/readyz')).toEqual([200, 200])
    expect(await statuses(2, 'GET', '/livez')).toEqual([200, 200])
  })
})

describe('the limit of a person', () => {
  it('is theirs alone, and one behind the same address has another', async () => {
    const office = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '3' })
    const { accessToken: ana } = await office.register('ana')
    const { accessToken: ben } = await office.register('ben')
    const me = (token: string) => office.call('GET', '/api/users/me', { token })
    expect(allowance(await me(ana))).toEqual([3, 2, expect.any(Number)])
    const seen = [await me(ana), await me(ana), await me(ana), await me(ben)]
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 429, 200])
    expect(seen.slice(2).map(allowance)).toEqual([
      [3, 0, expect.any(Number)],
      [3, 2, expect.any(Number)],
    ])
    expect(Number(seen[2]?.headers.get('retry-after'))).toBeGreaterThan(0)
    await office.close()
  })

  it('comes before the body is read', async () => {
    const small = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '1' })
    const { accessToken: token } = await small.register('ana')
    const send = () => small.fail('POST', '/api/conversations', { token, body: '{"broken' })
    expect((await send()).body.code).toBe('bad_request')
    expect((await send()).body.code).toBe('rate_limited')
    await small.close()
  })
})

describe('behind a proxy', () => {
  const clients = ['203.0.113.7', '203.0.113.8', '203.0.113.7', '2001:db8::1', '2001:db8::2:0:0:1', '2001:db8:0:1::1']

  async function countThrough(trusted: string): Promise<number[]> {
    const behind = await startTestGateway({ ADDRESS_RATE_LIMIT_PER_MINUTE: '1', TRUST_PROXY: trusted })
    const seen: number[] = []
    for (const client of clients) {
      seen.push((await behind.call('GET', '/nope', { headers: { 'x-forwarded-for': client } })).status)
    }
    await behind.close()
    return seen
  }

  it('that is trusted, each of its clients counts for itself, and an IPv6 network of one as one', async () => {
    expect(await countThrough('127.0.0.1')).toEqual([404, 404, 429, 404, 429, 404])
  })

  it('that is not, what it says is not believed', async () => {
    expect(await countThrough('')).toEqual([404, 429, 429, 429, 429, 429])
    expect(await countThrough('192.0.2.0/24')).toEqual([404, 429, 429, 429, 429, 429])
  })
})
