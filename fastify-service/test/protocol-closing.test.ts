import type { Socket } from 'node:net'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closing, frame, pingJson, text } from './protocol/frames.js'
import { RawClient } from './protocol/raw-client.js'
import { describe as describeFrame, errorLines, protocolSettings } from './protocol/run-case.js'
import { startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let token: string
let userId: string

beforeAll(async () => {
  gateway = await startTestGateway(protocolSettings)
  const ana = await gateway.register('ana')
  token = ana.accessToken
  userId = ana.user.id
})

afterAll(() => gateway.close())

const refs = Array.from({ length: 30 }, (_, index) => `ref-${index}`)
const questions = refs.map((ref) => text(pingJson(ref)))

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

it.each([
  ['a close', closing(1000), 'close 1000'],
  ['a wrong frame', frame({ opcode: 3 }), 'close 1002'],
])('%s at any moment: answers come in order, and nothing after the close of the server', async (_, bytes, close) => {
  for (let wait = 0; wait < 40; wait += 1) {
    const client = await RawClient.open(gateway.url, token)
    client.write(Buffer.concat(questions))
    await turns(wait % 20)
    client.write(wait < 20 ? bytes : Buffer.concat([...questions.slice(0, wait % 20), bytes]))
    await waitFor(() => client.closeCode !== null, { what: 'the close' })
    client.end()
    await waitFor(() => client.ended && gateway.context.hub.count === 0, { what: 'the end' })
    const said = client.frames.map(describeFrame)
    const answers = said.slice(0, -1)
    expect(said.at(-1), `after ${wait} turns: ${said.slice(-4)}`).toBe(close)
    expect(answers.every((line) => line.startsWith('ack') || line.startsWith('refused'))).toBe(true)
  }
  expect(errorLines(gateway.lines)).toEqual([])
})

it('writes nothing after the close, however much still waits for the client', async () => {
  const event = {
    type: 'conversation.created',
    conversationId: 'x'.repeat(60_000),
    data: { id: '', version: 1 },
  } as const
  const failures: unknown[] = []
  gateway.app.server.on('connection', (socket: Socket) => socket.on('error', (error) => failures.push(error)))
  for (let wait = 0; wait < 12; wait += 1) {
    const client = await RawClient.open(gateway.url, token)
    for (let count = 0; count < 16; count += 1) gateway.context.hub.tell([userId], event)
    await turns(wait)
    client.write(closing(1000))
    await waitFor(() => client.ended && gateway.context.hub.count === 0, { what: 'the end' })
    expect(client.frames.map(describeFrame).indexOf('close 1000'), `after ${wait} turns`).toBe(client.frames.length - 1)
  }
  expect(failures).toEqual([])
})
