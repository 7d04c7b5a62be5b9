import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from './support.js'

const listed = 'https://chat.example'
const preflight = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' }

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway({ CORS_ORIGINS: `${listed},http://localhost:5173` })
})
afterAll(() => gateway.close())

function corsHeaders(headers: Headers): string[] {
  return [...headers.keys()].filter((name) => name.startsWith('access-control-'))
}

describe('a web site', () => {
  it.each([listed, 'http://localhost:5173'])(
    'that is listed may read, send and look at headers: %s',
    async (origin) => {
      const { headers } = await gateway.call('GET', '/livez', { headers: { origin } })
      expect(headers.get('access-control-allow-origin')).toBe(origin)
      expect(headers.get('access-control-expose-headers')?.split(', ')).toEqual(
        expect.arrayContaining(['x-request-id', 'retry-after', 'ratelimit-remaining', 'ratelimit-reset']),
      )
      expect(headers.get('vary')).toBe('Origin')
      const first = await gateway.call('OPTIONS', '/api/users/me', { headers: { origin, ...preflight } })
      expect(first.status).toBe(204)
      expect(first.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, PATCH, DELETE')
      expect(first.headers.get('access-control-allow-headers')).toContain('authorization')
      expect(Number(first.headers.get('access-control-max-age'))).toBeGreaterThan(0)
    },
  )

  it.each([
    'https://evil.example',
    'https://chat.example.evil.example',
    'http://chat.example',
    'https://chat.example:8443',
    'https://CHAT.example',
    `${listed}/`,
    'null',
    '*',
    '',
  ])('that is not learns nothing: %s', async (origin) => {
    for (const method of ['GET', 'OPTIONS']) {
      const { headers } = await gateway.call(method, '/api/users/me', { headers: { origin, ...preflight } })
      expect(corsHeaders(headers)).toEqual([])
      // Or a cache would show one site the answer for another.
      expect(headers.get('vary')).toBe('Origin')
    }
  })

  it('never sends cookies along', async () => {
    const { headers } = await gateway.call('GET', '/livez', { headers: { origin: listed } })
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })
})

it.each(['/livez', '/nope', '/api/users/me'])('%s carries what keeps browsers in bounds', async (path) => {
  const { headers } = await gateway.call('GET', path)
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringContaining('max-age='),
    'x-content-type-options': 'nosniff',
    'x-frame-options': expect.any(String),
    'x-request-id': expect.any(String),
  })
  expect(headers.get('x-powered-by')).toBeNull()
})
