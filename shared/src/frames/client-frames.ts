import { type Static, type TSchema, Type } from 'typebox'
import { idPattern } from '../ids.js'
import { closed, ref } from '../schemas.js'
import { MessageSchema, ReadStateSchema, TranslationSchema } from './client-message.js'

const id = Type.String({ pattern: idPattern })
const conversation = { conversationId: id }
const originalLanguage = Type.Optional(
  Type.String({
    description: 'the language it is written in: one of the ten, or a locale of one; detected when absent',
  }),
)

/** Conversations that one `resume` may name; a client with more sends several. */
export const resumedAtOnce = 200

/** Numbers of messages and events: PostgreSQL's and gRPC's integers end here. */
const sequence = { minimum: 0, maximum: 2 ** 31 - 1 }

/** Larger integers would change on the way. */
export const frameRef = Type.Union(
  [
    Type.String({ maxLength: 64 }),
    Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
  ],
  {
    description:
      'chosen by the client: a frame that has one is answered by an `ack` with the same, one without only by an ' +
      '`error` when it fails',
    examples: ['c-17'],
  },
)

export type FrameRef = Static<typeof frameRef>

function clientFrame<Name extends string, Data extends Parameters<typeof Type.Object>[0]>(
  type: Name,
  description: string,
  data: Data,
) {
  return Type.Object(
    {
      type: Type.Literal(type),
      ref: Type.Optional(frameRef),
      data: Type.Object(data, closed),
    },
    { ...closed, description },
  )
}

/** Every frame that a client may send, by its type. */
export const clientFrames = {
  auth: clientFrame('auth', 'Signs in on an open socket, or extends the stay with a fresh token; `hello` follows.', {
    token: Type.String({
      minLength: 1,
      maxLength: 4096,
      description: 'an access token, as REST gives it; a later one has to be of the same person',
      examples: ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl'],
    }),
  }),
  ping: clientFrame('ping', 'Asks whether the line is alive.', {}),
  'message.send': clientFrame('message.send', 'Sends a message; the same clientMessageId again is the same message.', {
    ...conversation,
    content: Type.String({ description: '1 to 4,000 code points, at most 16 KiB, kept byte for byte' }),
    clientMessageId: Type.String({
      pattern: idPattern,
      description: 'a new one for every message, and the same one when its ack did not come and it is sent again',
    }),
    originalLanguage,
    replyToId: Type.Optional(
      Type.String({ pattern: idPattern, description: 'the message of this conversation that it answers' }),
    ),
  }),
  'message.edit': clientFrame('message.edit', "Replaces the content of one's own message.", {
    messageId: id,
    content: Type.String({ description: 'as in message.send' }),
    originalLanguage,
    expectedRevision: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2 ** 31 - 1,
        description: 'the edit is refused (edit_conflict) when the message has another one',
      }),
    ),
  }),
  'message.delete': clientFrame('message.delete', "Deletes one's own message, or as a moderator somebody's.", {
    messageId: id,
  }),
  'message.read': clientFrame('message.read', 'Everything up to this message has been read.', {
    ...conversation,
    seq: Type.Integer({ ...sequence, description: 'of the message; a smaller one than before changes nothing' }),
  }),
  'message.translate': clientFrame(
    'message.translate',
    'Asks for the translation of a message; its ack waits for it.',
    {
      messageId: id,
      targetLanguage: Type.String({ minLength: 2, maxLength: 35, description: 'one of the ten, or a locale' }),
    },
  ),
  'typing.start': clientFrame('typing.start', 'The user is typing; say it again every three seconds.', conversation),
  'typing.stop': clientFrame('typing.stop', 'The user types no more.', conversation),
  'presence.set': clientFrame('presence.set', 'Whether somebody sits in front of this device.', {
    status: Type.Enum(['online', 'away']),
  }),
  resume: clientFrame('resume', 'Asks for what was missed since these events; `resumed` frames follow the ack.', {
    conversations: Type.Record(id, Type.Integer({ ...sequence, examples: [42] }), {
      ...closed,
      maxProperties: resumedAtOnce,
      description: 'the eventSeq applied last, by conversation; 0 for none',
    }),
    epoch: Type.String({
      maxLength: 64,
      description: 'that of the `hello` under which those were seen, not of the new one',
      examples: ['0f8fad5b-d9cb-469f-a165-70867728950e'],
    }),
  }),
} as const

export type ClientFrameType = keyof typeof clientFrames
export type ClientFrame<Name extends ClientFrameType = ClientFrameType> = Static<(typeof clientFrames)[Name]>

/** What the `ack` of a frame holds as its `data`. */
export const ackData = {
  auth: Type.Object({
    userId: Type.String(),
    expiresAt: Type.String({
      description: 'when the token ends; without a fresh one by then, the socket closes (4001)',
    }),
  }),
  ping: Type.Object({}),
  'message.send': ref(MessageSchema),
  'message.edit': ref(MessageSchema),
  'message.delete': Type.Object({}),
  'message.read': ref(ReadStateSchema),
  'message.translate': Type.Object({ language: Type.String(), ...TranslationSchema.properties }),
  'typing.start': Type.Object({}),
  'typing.stop': Type.Object({}),
  'presence.set': Type.Object({}),
  resume: Type.Object({}),
} as const satisfies Record<ClientFrameType, TSchema>

export type AckData<Name extends ClientFrameType = ClientFrameType> = Static<(typeof ackData)[Name]>
