import { type Static, Type } from 'typebox'
import { idPattern } from '../ids.js'
import type { ProblemDetails } from '../problems.js'
import { NullableInteger, ref } from '../schemas.js'
import type { frameRef } from './client-frames.js'
import { NotificationSchema } from './client-notification.js'
import { type EventFrame, eventFrames } from './event-frames.js'

type Properties = Parameters<typeof Type.Object>[0]
type Schema = Properties[string]

/** Presence, typing and what others have read are told in conversations of at most so many members. */
export const smallRoomMembers = 200

const id = Type.String({ pattern: idPattern })
const conversationId = Type.String({ description: 'the conversation it belongs to' })

/** A frame that belongs to no conversation. */
function plainFrame<Name extends string, Data extends Schema>(type: Name, description: string, data: Data) {
  return Type.Object({ type: Type.Literal(type), data }, { description })
}

/** A fact about a room: state, and no event of the log. */
function roomFrame<Name extends string, Data extends Schema>(type: Name, description: string, data: Data) {
  return Type.Object({ type: Type.Literal(type), conversationId, data }, { description })
}

const Hello = Type.Object({
  connectionId: Type.String({ description: 'names this socket, for support' }),
  userId: Type.String(),
  epoch: Type.String({
    description:
      'identity of the messages, to keep for `resume`; with another one nothing can be resumed; empty while it is not ' +
      'known: keep the one before',
    examples: ['0f8fad5b-d9cb-469f-a165-70867728950e'],
  }),
  heartbeatMs: Type.Integer({ description: 'how often the server pings', examples: [25_000] }),
  conversations: Type.Record(
    id,
    Type.Object({
      lastEventSeq: Type.Unsafe<number | null>({
        ...NullableInteger,
        description: 'eventSeq of the last event, 0 for none; null while messages are not available',
        examples: [42],
      }),
      version: Type.Integer({
        description: 'grows with every change of the conversation and its members: with a newer one, fetch it',
      }),
    }),
    { description: 'the 200 that were active last; the others are found by REST' },
  ),
})

/** A client that has an older version fetches the conversation. */
const ConversationChanged = Type.Object({
  id: Type.String({ description: 'the conversation' }),
  version: Type.Integer({ description: 'the version that it has now' }),
})

const MemberChanged = Type.Object({
  userId: Type.String({ description: 'who has joined, changed or left' }),
  version: Type.Integer({ description: 'of the conversation, with this change' }),
})

const Replayed = Type.Object(
  {
    events: Type.Array(Type.Unsafe<EventFrame>(Type.Union(Object.values(eventFrames))), {
      description: 'what comes next, in the order of eventSeq: at most 200',
    }),
    more: Type.Boolean({
      description: 'whether another frame goes on with this conversation; live events count after the last one',
      examples: [false],
    }),
  },
  { description: 'What was missed' },
)

const Resync = Type.Object(
  {
    resync: Type.Literal(true),
    reason: Type.String({
      description:
        '"epoch": the messages were restored from a backup; "retention": it is too long ago; ' +
        '"unknown_position": there is no such event; "not_found": there is no such conversation, or it is not for you',
      examples: ['retention'],
    }),
    lastEventSeq: Type.Optional(
      Type.Integer({ description: 'with "retention" and "unknown_position": where to resume from the next time' }),
    ),
  },
  { description: 'What was missed cannot be told: fetch the conversation by REST' },
)

const Resumed = Type.Object({ conversations: Type.Record(id, Type.Union([Replayed, Resync])) })

/** Every frame that the server sends by itself, by its type. */
export const serverFrames = {
  hello: plainFrame('hello', 'Who and where one is: the first frame, and after each `auth`.', Hello),
  error: plainFrame(
    'error',
    'What was wrong with a frame without a ref.',
    Type.Unsafe<ProblemDetails>({ $ref: 'Problem#' }),
  ),
  ...eventFrames,
  'message.read': roomFrame(
    'message.read',
    `How far somebody has read; it is not told of who writes. With more than ${smallRoomMembers} members only for their own devices.`,
    Type.Object({
      userId: Type.String({ description: 'who has read' }),
      seq: Type.Integer({ description: 'everything up to this message' }),
    }),
  ),
  typing: roomFrame(
    'typing',
    `Who is typing now, in place of what was said before; nobody after \`expiresInMs\` without another. Not told with more than ${smallRoomMembers} members.`,
    Type.Object({
      userIds: Type.Array(Type.String({ examples: ['01890a5d-ac96-774b-bcce-b302099a8057'] }), {
        description: 'who types now, at most ten and without oneself; empty when nobody does any more',
      }),
      expiresInMs: Type.Integer({ description: 'how long this holds', examples: [6_000] }),
    }),
  ),
  presence: plainFrame(
    'presence',
    `How people are now who share a conversation of at most ${smallRoomMembers} members with the user: "online", "away" or "offline".`,
    Type.Object({
      users: Type.Record(id, Type.Enum(['online', 'away', 'offline']), {
        description: 'those who have changed; whoever was not named since `hello` is offline',
      }),
    }),
  ),
  'conversation.created': roomFrame(
    'conversation.created',
    'A conversation with the user was made.',
    ConversationChanged,
  ),
  'conversation.updated': roomFrame('conversation.updated', 'It has changed: fetch it.', ConversationChanged),
  'conversation.deleted': roomFrame('conversation.deleted', 'It is gone.', ConversationChanged),
  'member.added': roomFrame('member.added', 'Somebody has joined.', MemberChanged),
  'member.updated': roomFrame('member.updated', 'Somebody has another role.', MemberChanged),
  'member.removed': roomFrame('member.removed', 'Somebody has left; they are told as well.', MemberChanged),
  'notification.new': plainFrame('notification.new', 'Something to look at.', ref(NotificationSchema)),
  resumed: plainFrame('resumed', 'What was missed, in order, or that it has to be fetched.', Resumed),
} as const

/** The answer to a frame with a ref. */
export type Ack =
  | { type: 'ack'; ref: Static<typeof frameRef>; ok: true; data: unknown }
  | { type: 'ack'; ref: Static<typeof frameRef>; ok: false; error: ProblemDetails }

/** Every frame that the server sends. */
export type ServerFrame = Ack | Static<(typeof serverFrames)[keyof typeof serverFrames]>

export type HelloData = Static<typeof Hello>
export type ResumedData = Static<typeof Resumed>
export type ConversationChange = Static<typeof ConversationChanged>
export type MemberChange = Static<typeof MemberChanged>
export type PresenceStatus = 'online' | 'away' | 'offline'
