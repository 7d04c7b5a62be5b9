import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let ana: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana')
})
afterAll(() => gateway.close())

describe('every failure is a problem', () => {
  const json = { 'content-type': 'application/json' }
  const cases: Array<[string, string, string, { body?: string; headers?: Record<string, string> }, number, string]> = [
    ['an unknown path', 'GET', '/nope', {}, 404, 'not_found'],
    ['an unknown path below /api', 'POST', '/api/nope', {}, 404, 'not_found'],
    ['another method', 'DELETE', '/api/auth/login', {}, 405, 'method_not_allowed'],
    ['another method of a thing', 'PATCH', '/api/conversations/x', {}, 405, 'method_not_allowed'],
    ['a broken escape', 'GET', '/api/users/%E0%A4%A', {}, 400, 'bad_request'],
    ['broken JSON', 'POST', '/api/auth/login', { body: '{"login":' }, 400, 'bad_request'],
    ['a poisoned prototype', 'POST', '/api/auth/login', { body: '{"__proto__":{"a":1}}' }, 400, 'bad_request'],
    ['no body', 'POST', '/api/auth/login', {}, 400, 'validation_failed'],
    ['an empty body', 'POST', '/api/auth/login', { headers: json }, 400, 'validation_failed'],
    ['a body that is a list', 'POST', '/api/auth/login', { body: '[]' }, 400, 'validation_failed'],
    ['a text body', 'POST', '/api/auth/login', { body: 'x', headers: { 'content-type': 'text/plain' } }, 415, ''],
    ['a form', 'POST', '/api/auth/login', { body: 'a=b', headers: { 'content-type': 'text/html' } }, 415, ''],
    ['a body of 65 KiB', 'POST', '/api/auth/login', { body: `"${'x'.repeat(65 * 1024)}"` }, 413, 'too_large'],
    ['no token', 'GET', '/api/users/me', {}, 401, 'unauthenticated'],
  ]

  it.each(cases)('%s', async (_, method, path, options, status, code) => {
    const answer = await gateway.fail(method, path, options)
    expect(answer.status).toBe(status)
    if (code) expect(answer.body.code).toBe(code)
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'))
    expect(answer.text).not.toMatch(/node_modules|\.ts|prisma|SELECT|FST_ERR/i)
  })

  it('names the allowed methods', async () => {
    const answer = await gateway.fail('DELETE', '/api/conversations', { token: ana.accessToken })
    expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST'])
  })

  it('bytes that are no UTF-8', async () => {
    const response = await fetch(`${gateway.url}/api/auth/login`, {
      method: 'POST',
      headers: json,
      body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'bad_request' })
  })

  it('what is not HTTP', async () => {
    const { port } = new URL(gateway.url)
    const text = await new Promise<string>((resolve) => {
      let received = ''
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('rubbish\r\n\r\n'))
      socket.on('data', (data) => {
        received += data
      })
      socket.on('close', () => resolve(received))
    })
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json/)
  })

  it('a failure of our own, whose cause stays in the log', async () => {
    const { reads } = gateway.context
    const { ownUser } = reads
    Object.assign(reads, { ownUser: () => Promise.reject(new Error('SELECT secret FROM cause')) })
    const answer = await gateway.fail('GET', '/api/users/me', { token: ana.accessToken })
    Object.assign(reads, { ownUser })
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('SELECT')
    const line = gateway.lines.find((logged) => logged.includes('SELECT secret FROM cause'))
    expect(line).toContain(answer.body.requestId)
  })
})

describe('a request id', () => {
  it('is taken from the client when it is harmless', async () => {
    const given = await gateway.call('GET', '/livez', { headers: { 'x-request-id': 'abc-1.2_3' } })
    expect(given.headers.get('x-request-id')).toBe('abc-1.2_3')
    for (const id of ['x'.repeat(65), 'a b', '{"a":1}']) {
      const made = await gateway.call('GET', '/livez', { headers: { 'x-request-id': id } })
      expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })
})
