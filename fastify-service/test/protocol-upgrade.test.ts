import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pingJson, text } from './protocol/frames.js'
import { RawClient, type Upgrade } from './protocol/raw-client.js'
import { describe as describeFrame, errorLines, protocolSettings } from './protocol/run-case.js'
import { type UpgradeCase, upgradeCases } from './protocol/upgrade-cases.js'
import { signIn, type TestSocket } from './socket.js'
import { startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let token: string
let neighbour: TestSocket

beforeAll(async () => {
  gateway = await startTestGateway(protocolSettings)
  token = (await gateway.register('ana')).accessToken
  neighbour = await signIn(gateway.url, token)
})

afterAll(async () => {
  neighbour.close()
  await gateway.close()
})

it.each(upgradeCases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
  const client = new RawClient(gateway.url)
  client.write(Buffer.concat([client.upgrade(withToken(one)), one.after ?? Buffer.alloc(0)]))
  await waitFor(() => client.head !== null || client.ended, { what: 'the answer' })
  expect(client.head?.status ?? null).toBe(one.status)
  if (one.status === 101) await expectSocket(client, one)
  else if (one.status !== null) await expectProblem(client, one)
  client.reset()
  await waitFor(() => gateway.app.websocketServer.clients.size === 1, { what: 'the server to let go of it' })
  expect(await neighbour.request('ping', {})).toMatchObject({ ok: true })
  expect(errorLines(gateway.lines)).toEqual([])
})

async function expectSocket(client: RawClient, { after, says = [], headers }: UpgradeCase): Promise<void> {
  expect(client.head?.headers['sec-websocket-accept']).toBe(client.accept)
  expect(client.head?.headers).not.toHaveProperty('sec-websocket-extensions')
  const offered = [headers?.['Sec-WebSocket-Protocol'] ?? ''].flat().join()
  expect(client.head?.headers['sec-websocket-protocol']).toBe(offered.includes('bearer') ? 'bearer' : undefined)
  if (says.includes('close 1002') || !after || says.length > 1) client.write(text(pingJson('after')))
  await waitFor(() => client.frames.length >= says.length, { what: says.join(', ') })
  expect(client.frames.map(describeFrame).toSorted()).toEqual(says.toSorted())
}

/** Every refusal is a problem, and the end of the connection where it asked for an upgrade. */
async function expectProblem(client: RawClient, { method, status, headers = {} }: UpgradeCase): Promise<void> {
  expect(client.head?.headers['content-type']).toMatch(/^application\/problem\+json/)
  const asksForUpgrade = !('Connection' in headers) && !('Upgrade' in headers)
  if (asksForUpgrade) await waitFor(() => client.ended, { what: 'the server to hang up' })
  if (method === 'HEAD') return
  const length = Number(client.head?.headers['content-length'])
  await waitFor(() => Buffer.byteLength(client.body) >= length, { what: 'the problem' })
  expect(JSON.parse(client.body)).toMatchObject({ status, code: expect.any(String), detail: expect.any(String) })
}

function withToken(one: UpgradeCase): Upgrade {
  return JSON.parse(JSON.stringify(one).replaceAll('TOKEN', token)) as Upgrade
}
