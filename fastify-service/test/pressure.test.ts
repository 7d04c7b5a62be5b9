import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from './support.js'

const forOperators = ['/health', '/livez', '/readyz']

function refuses({ call }: TestGateway): () => Promise<boolean> {
  return async () => (await call('GET', '/nope')).status === 503
}

function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

it('while there is too much to do, only operators are answered', async () => {
  // More memory than that is in use from the beginning.
  const gateway = await startTestGateway({ MAX_MEMORY_MB: '1' })
  const { accessToken } = await gateway.register('ana')
  await waitFor(refuses(gateway), { what: 'the memory to be looked at', timeoutMs: 10_000 })
  const refused = await gateway.fail('GET', '/api/users/me', { token: accessToken })
  expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused.headers.get('x-content-type-options')).toBe('nosniff')
  for (const path of forOperators) expect((await gateway.call('GET', path)).status, path).toBe(200)
  await gateway.close()
})

it('an event loop that was late is too much to do until it is not', async () => {
  const gateway = await startTestGateway({ MAX_EVENT_LOOP_DELAY_MS: '40' })
  await waitFor(
    async () => {
      block(1_100)
      return refuses(gateway)()
    },
    { what: 'the delay to be noticed', timeoutMs: 20_000 },
  )
  await waitFor(async () => !(await refuses(gateway)()), { what: 'the gateway to be calm again', timeoutMs: 20_000 })
  await gateway.close()
})

it('with too many connections, whoever asks is refused politely, and let go', async () => {
  const gateway = await startTestGateway({ MAX_CONNECTIONS: '3' })
  const { hostname, port } = new URL(gateway.url)
  const ask = async (path: string) => {
    const agent = new Agent({ keepAlive: true })
    const [response] = (await once(get(`${gateway.url}${path}`, { agent }), 'response')) as [IncomingMessage]
    agent.destroy()
    return { status: response.statusCode, connection: response.headers.connection }
  }
  const others: Socket[] = []
  const open = async () => {
    const socket = connect(Number(port), hostname)
    others.push(socket)
    await once(socket, 'connect')
  }
  for (let index = 0; index < 3; index += 1) await open()
  await waitFor(async () => (await ask('/nope')).status === 503, { what: 'all of them to be counted' })
  expect(await ask('/nope')).toEqual({ status: 503, connection: 'close' })
  for (const path of forOperators) expect((await ask(path)).status, path).toBe(200)
  for (const socket of others) socket.destroy()
  await waitFor(async () => (await ask('/nope')).status === 404, { what: 'room for one more' })
  await gateway.close()
})
