import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '12', AUTH_RATE_LIMIT_PER_MINUTE: '3' })
})
afterAll(() => gateway.close())

async function statuses(count: number, method: string, path: string, body?: object): Promise<number[]> {
  const seen: number[] = []
  for (let index = 0; index < count; index += 1) {
    seen.push((await gateway.call(method, path, body && { body })).status)
  }
  return seen
}

/** The status that refuses a socket. */
function upgrade(path: string): Promise<number | undefined> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}${path}`)
  return new Promise((resolve) => socket.on('unexpected-response', (_, response) => resolve(response.statusCode)))
}

describe('the rate limit', () => {
  it('is stricter for signing in', async () => {
    const body = { login: 'nobody', password: 'wrong' }
    expect(await statuses(4, 'POST', '/api/auth/login', body)).toEqual([401, 401, 401, 429])
    const answer = await gateway.fail('POST', '/api/auth/login', { body })
    expect(answer.body.code).toBe('rate_limited')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('counts also calls without a token, and paths that do not exist', async () => {
    expect(await statuses(6, 'GET', '/api/users/me')).toEqual(Array(6).fill(401))
    expect(await statuses(6, 'GET', '/nope')).toEqual(Array(6).fill(404))
    expect(await statuses(1, 'GET', '/nope')).toEqual([429])
    expect(await statuses(1, 'GET', '/api/users/me')).toEqual([429])
    expect(await upgrade('/ws?token=rubbish')).toBe(429)
  })

  it('leaves what orchestrators ask alone', async () => {
    expect(await statuses(2, 'GET', '/readyz')).toEqual([200, 200])
    expect(await statuses(2, 'GET', '/livez')).toEqual([200, 200])
  })
})

describe('behind a proxy', () => {
  async function countThrough(trusted: string): Promise<number[]> {
    const behind = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '1', TRUST_PROXY: trusted })
    const seen: number[] = []
    for (const client of ['203.0.113.7', '203.0.113.8', '203.0.113.7']) {
      seen.push((await behind.call('GET', '/nope', { headers: { 'x-forwarded-for': client } })).status)
    }
    await behind.close()
    return seen
  }

  it('that is trusted, each of its clients counts for itself', async () => {
    expect(await countThrough('127.0.0.1')).toEqual([404, 404, 429])
  })

  it('that is not, what it says is not believed', async () => {
    expect(await countThrough('')).toEqual([404, 429, 429])
    expect(await countThrough('192.0.2.0/24')).toEqual([404, 429, 429])
  })
})
