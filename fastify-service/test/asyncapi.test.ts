import { Parser } from '@asyncapi/parser'
import { type ClientFrameType, clientFrames } from '@meeshy/shared/frames/client-frames'
import { closeCodes } from '@meeshy/shared/frames/close-codes'
import { serverFrames } from '@meeshy/shared/frames/server-frames'
import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { describeSocket } from '../src/plugins/asyncapi-document.js'
import type { OpenApi } from '../src/plugins/openapi-document.js'
import type { JsonSchema } from '../src/plugins/openapi-examples.js'
import { handlers } from '../src/websocket/dispatch.js'
import { parseFrame } from '../src/websocket/frames.js'
import { answerChecker, type Check } from './fuzz/checker.js'
import { signIn } from './socket.js'
import { type Answer, startTestGateway, type TestGateway } from './support.js'

type AsyncApi = ReturnType<typeof describeSocket>

let gateway: TestGateway
let answer: Answer<AsyncApi>
let document: AsyncApi
let check: Check
beforeAll(async () => {
  gateway = await startTestGateway({ SOCKET_FRAMES_PER_10S: '61', SOCKET_HEARTBEAT_MS: '26000' })
  answer = await gateway.call<AsyncApi>('GET', '/docs/asyncapi.json')
  document = answer.body
  check = answerChecker(document as unknown as OpenApi)
})
afterAll(() => gateway.close())

const messageOf = (key: string) => document.components.messages[key]

describe('/docs/asyncapi.json', () => {
  it('is for anybody, and valid for the official parser', async () => {
    expect(answer).toMatchObject({ status: 200, body: { asyncapi: '3.0.0' } })
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    const { diagnostics } = await new Parser().parse(answer.text)
    const found = diagnostics.map(({ code, path, message }) => `${code} ${path.join('/')}: ${message}`)
    expect(found.filter((line) => !line.startsWith('asyncapi-latest-version'))).toEqual([])
  })

  it('refers only to what is in it, and has nothing that nobody refers to', () => {
    const { $refs, $ids } = collect(document)
    expect($ids).toEqual([])
    for (const reference of $refs) expect(lookUp(reference), reference).toBeDefined()
    for (const part of ['schemas', 'messages', 'securitySchemes'] as const) {
      for (const name of Object.keys(document.components[part])) {
        expect($refs).toContain(`#/components/${part}/${name}`)
      }
    }
  })

  it('says what runs here: limits, heartbeat, and what to do after every close', () => {
    const { description } = document.info
    expect(description).toContain('- 61 frames in 10 s')
    expect(description).toContain('pings every 26 s')
    for (const code of Object.values(closeCodes)) expect(description).toMatch(new RegExp(`^\\| ${code} \\| .{20}`, 'm'))
  })
})

describe('every frame of a client', () => {
  it.each(Object.keys(clientFrames) as ClientFrameType[])('%s is received, and answered by its ack', (type) => {
    const operation = document.operations[`client.${type}`]
    expect(operation).toMatchObject({
      action: 'receive',
      messages: [{ $ref: `#/channels/socket/messages/client.${type}` }],
      reply: {
        messages: [
          { $ref: `#/channels/socket/messages/ack.${type}` },
          { $ref: '#/channels/socket/messages/ack.refusal' },
        ],
      },
      'x-policy': handlers[type].policy,
    })
    expect(operation).toHaveProperty('description', expect.stringMatching(/^For .+\.$/))
    expect(messageOf(`client.${type}`)?.summary).toMatch(/^\S.{10,}\.$/)
  })

  it.each(Object.keys(clientFrames))('%s has an example that the gateway takes', (type) => {
    const example = messageOf(`client.${type}`)?.examples[0]?.payload
    expect(parseFrame(Buffer.from(JSON.stringify(example)), false)).toEqual({ ref: expect.any(String), frame: example })
  })
})

it.each(Object.keys(serverFrames))('%s is sent', (type) => {
  expect(document.operations[`server.${type}`]).toMatchObject({
    action: 'send',
    messages: [{ $ref: `#/channels/socket/messages/server.${type}` }],
  })
  expect(messageOf(`server.${type}`)?.summary).toMatch(/^\S.{5,}\.$/)
})

it('every example is what its schema allows, with words of its own', () => {
  for (const [key, { payload, examples }] of Object.entries(document.components.messages)) {
    expect(examples.length, key).toBe(1)
    for (const example of examples) {
      expect(check(payload as JsonSchema, example.payload), key).toEqual([])
      expect(JSON.stringify(example.payload).replaceAll('"messageType":"text"', ''), key).not.toContain(':"text"')
    }
  }
})

it('what comes over a socket is as described', async () => {
  const { accessToken: token } = await gateway.register('ana', { preferredLanguage: 'en' })
  const body = { type: 'group', title: 'Alone', memberIds: [] }
  const socket = await signIn(gateway.url, token)
  const { id: conversationId } = (await gateway.call<{ id: string }>('POST', '/api/conversations', { token, body }))
    .body
  const draft = { conversationId, content: 'Hello', clientMessageId: newId() }
  const sent = await socket.request('message.send', draft)
  const messageId = sent.ok ? (sent.data as { id: string }).id : ''
  const { data: hello } = await socket.next('hello')
  const done: Record<string, unknown> = {
    auth: await socket.request('auth', { token }),
    ping: await socket.request('ping', {}),
    'message.send': sent,
    'message.edit': await socket.request('message.edit', { messageId, content: 'Good morning' }),
    'message.translate': await socket.request('message.translate', { messageId, targetLanguage: 'fr' }),
    'message.read': await socket.request('message.read', { conversationId, seq: 1 }),
    'message.delete': await socket.request('message.delete', { messageId }),
    resume: await socket.request('resume', { conversations: { [conversationId]: 0 }, epoch: hello.epoch }),
    refusal: await socket.request('message.delete', { messageId: newId() }),
  }
  socket.sendRaw('{}')
  for (const type of [
    'conversation.created',
    'message.new',
    'message.edited',
    'message.deleted',
    'resumed',
    'error',
  ] as const)
    await socket.next(type)
  for (const [key, ack] of Object.entries(done)) {
    expect(check(messageOf(`ack.${key}`)?.payload as JsonSchema, ack), key).toEqual([])
  }
  for (const frame of socket.frames.filter(({ type }) => type !== 'ack')) {
    expect(check(messageOf(`server.${frame.type}`)?.payload as JsonSchema, frame), frame.type).toEqual([])
  }
  socket.close()
})

/** What a reference in the document leads to. */
function lookUp(reference: string): unknown {
  const names = reference.replace(/^#\//, '').split('/')
  return names.reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document)
}

function collect(part: unknown, found = { $refs: [] as string[], $ids: [] as string[] }) {
  if (typeof part !== 'object' || part === null) return found
  for (const [name, value] of Object.entries(part)) {
    if (name === '$ref') found.$refs.push(value as string)
    else if (name === '$id') found.$ids.push(value as string)
    else collect(value, found)
  }
  return found
}
