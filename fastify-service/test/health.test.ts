import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startTestGateway } from './support.js'

it('tells operators the state of every part, and others only whether it is well', async () => {
  const gateway = await startTestGateway()
  const { body, status } = await gateway.call('GET', '/health')
  expect(status).toBe(200)
  expect(body).toEqual({
    status: 'ok',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    uptimeSeconds: expect.any(Number),
    database: 'up',
    messaging: 'up',
    sockets: 0,
    memory: { rssBytes: expect.any(Number), heapUsedBytes: expect.any(Number) },
    eventLoopDelayMs: { p50: expect.any(Number), p99: expect.any(Number), max: expect.any(Number) },
  })
  const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'via', 'x-real-ip']
  for (const name of proxyHeaders) {
    const throughProxy = await gateway.call('GET', '/health', { headers: { [name]: '203.0.113.7' } })
    expect(throughProxy.body, name).toEqual({ status: 'ok' })
  }
  for (const host of ['chat.example.org', 'localhost.example.org', '127.0.0.1.nip.io', '10.0.0.1:3001']) {
    expect(await healthAt(gateway.url, host), host).toEqual({ status: 'ok' })
  }
  for (const host of ['localhost', 'localhost:3001', '127.0.0.1', '[::1]:3001']) {
    expect(await healthAt(gateway.url, host), host).toMatchObject({ database: 'up' })
  }
  expect((await gateway.call('GET', '/livez')).body).toEqual({ alive: true })
  expect((await gateway.call('GET', '/readyz')).body).toEqual({ ready: true })

  Object.assign(gateway.context.database, { ping: () => Promise.reject(new Error('gone')) })
  expect(await gateway.call('GET', '/health')).toMatchObject({
    status: 503,
    body: { status: 'down', database: 'down' },
  })
  expect(await gateway.call('GET', '/readyz')).toMatchObject({ status: 503, body: { ready: false } })
  await gateway.close()
})

/** Asks with a Host of one's own, which fetch does not allow. */
async function healthAt(url: string, host: string): Promise<unknown> {
  const [response] = (await once(get(`${url}/health`, { headers: { host }, agent: false }), 'response')) as [
    IncomingMessage,
  ]
  return json(response)
}

it('asks the database once for all who ask at the same time', async () => {
  const gateway = await startTestGateway()
  let pings = 0
  let answer = () => {}
  const ping = () => {
    pings += 1
    return new Promise<void>((resolve) => {
      answer = resolve
    })
  }
  Object.assign(gateway.context.database, { ping })
  const paths = ['/readyz', '/readyz', '/health', '/readyz']
  const asked = paths.map((path) => gateway.call('GET', path))
  await waitFor(() => pings > 0, { what: 'the first to ask' })
  // What comes later and goes the same way is answered: by now all four have asked.
  await gateway.call('GET', '/docs/json')
  answer()
  const answers = await Promise.all(asked)
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(pings).toBe(1)
  const later = gateway.call('GET', '/readyz')
  await waitFor(() => pings === 2, { what: 'to be asked again' })
  answer()
  expect((await later).status).toBe(200)
  await gateway.close()
})

it('is not ready from the first moment of its closing, and still answers', async () => {
  const gateway = await startTestGateway()
  const { accessToken } = await gateway.register('ana')
  const deaf = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws?token=${accessToken}`)
  await once(deaf, 'message')
  // A client that does not answer the close keeps the gateway closing for a while.
  deaf.pause()
  const closing = gateway.close()
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 503, { what: 'not to be ready' })
  expect((await gateway.call('GET', '/api/users/me', { token: accessToken })).status).toBe(200)
  await closing
  await expect(fetch(gateway.url)).rejects.toThrow()
})

it('stops although somebody holds a connection open and never asks anything', { timeout: 8_000 }, async () => {
  const gateway = await startTestGateway()
  const { hostname, port } = new URL(gateway.url)
  const silent = connect(Number(port), hostname)
  await once(silent, 'connect')
  silent.on('error', () => {})
  const cut = once(silent, 'close')
  await gateway.close()
  await cut
})
