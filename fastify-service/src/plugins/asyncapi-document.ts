import { version } from '../version.js'
import { clientMessages, type DescribedFrames, type Message, refusal, serverMessages } from './asyncapi-messages.js'
import { withNames } from './asyncapi-names.js'
import { aboutSocket, authentication, closing, type DescribedLimits } from './asyncapi-words.js'
import type { NamedSchemas } from './openapi-examples.js'
import { describePolicy, type Policy } from './policy.js'

const channel = { $ref: '#/channels/socket' }

/**
 * The AsyncAPI 3 document of the socket, seen from the gateway: it receives the frames of clients, each with its ack
 * for a reply, and sends the others by itself.
 *
 * @param named the schemas that `ref` may refer to; those that are referred to are in the document
 */
export function describeSocket(frames: DescribedFrames, limits: DescribedLimits, named: NamedSchemas) {
  const fromClients = clientMessages(frames, named)
  const refused = refusal(named)
  const fromServer = serverMessages(named)
  const messages = [...fromClients.flatMap(({ frame, ack }) => [frame, ack]), refused, ...fromServer]
  return withNames(
    {
      asyncapi: '3.0.0',
      id: 'urn:meeshy:gateway:socket',
      info: {
        title: 'Meeshy socket',
        version,
        description: aboutSocket(limits),
        license: { name: 'MIT' },
        tags: [{ name: 'chat' }],
      },
      defaultContentType: 'application/json',
      servers: { gateway: server },
      channels: { socket: channelOf(messages) },
      operations: {
        ...byKey(fromClients.map(({ frame, ack, policy }) => [frame.key, received(frame, [ack, refused], policy)])),
        ...byKey(fromServer.map((frame) => [frame.key, sent(frame)])),
      },
      components: {
        messages: byKey(messages.map(({ key, ...message }) => [key, message])),
        securitySchemes: authentication,
      },
    },
    named,
  )
}

const server = {
  host: 'localhost:3001',
  protocol: 'ws',
  description: 'A gateway on its usual port; behind TLS the protocol is wss',
  security: Object.keys(authentication).map((name) => ({ $ref: `#/components/securitySchemes/${name}` })),
}

function channelOf(messages: Message[]) {
  const token = { type: 'string', description: 'an access token, unless it comes in another way' }
  return {
    address: '/ws',
    title: 'The socket',
    description: 'One per device. Frames are JSON texts; what a client does not know in them it ignores.',
    servers: [{ $ref: '#/servers/gateway' }],
    messages: byKey(messages.map(({ key }) => [key, { $ref: `#/components/messages/${key}` }])),
    bindings: { ws: { method: 'GET', query: { type: 'object', properties: { token } }, bindingVersion: '0.1.0' } },
    'x-close-codes': closing,
  }
}

function received({ key, title, summary }: Message, replies: Message[], policy: Policy) {
  const description = describePolicy(policy)
  return {
    ...{ action: 'receive', channel, title, summary, description, messages: [inChannel(key)] },
    reply: { channel, messages: replies.map((reply) => inChannel(reply.key)) },
    'x-policy': policy,
  }
}

function sent({ key, title, summary }: Message) {
  return { action: 'send', channel, title, summary, messages: [inChannel(key)] }
}

function inChannel(key: string) {
  return { $ref: `${channel.$ref}/messages/${key}` }
}

function byKey<Value>(entries: Array<[string, Value]>): Record<string, Value> {
  return Object.fromEntries(entries)
}
