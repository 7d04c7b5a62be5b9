import { type Static, Type } from 'typebox'
import type { ProblemDetails } from '../problems.js'
import { NullableInteger, NullableNumber, NullableString, ref } from '../schemas.js'
import type { frameRef } from './client-frames.js'
import { MessageSchema } from './client-message.js'
import { NotificationSchema } from './client-notification.js'

type Properties = Parameters<typeof Type.Object>[0]
type Schema = Properties[string]

const conversationId = Type.String({ description: 'the conversation it belongs to' })

/** A frame that belongs to no conversation. */
function plainFrame<Name extends string, Data extends Schema>(type: Name, description: string, data: Data) {
  return Type.Object({ type: Type.Literal(type), data }, { description })
}

/** A message event: it has a number, and is replayed by `resume`. */
function eventFrame<Name extends string, Data extends Schema>(type: Name, description: string, data: Data) {
  const eventSeq = Type.Integer({ description: "counts the events of the conversation; a reader's own may have gaps" })
  return Type.Object({ type: Type.Literal(type), conversationId, eventSeq, data }, { description })
}

/** A fact about a room: state, and no event of the log. */
function roomFrame<Name extends string, Data extends Schema>(type: Name, description: string, data: Data) {
  return Type.Object({ type: Type.Literal(type), conversationId, data }, { description })
}

const Hello = Type.Object({
  connectionId: Type.String(),
  userId: Type.String(),
  epoch: Type.String({ description: 'identity of the messages; with another one nothing can be resumed' }),
  heartbeatMs: Type.Integer({ description: 'how often the server pings' }),
  conversations: Type.Record(
    Type.String(),
    Type.Object({
      lastEventSeq: Type.Unsafe<number | null>({
        ...NullableInteger,
        description: 'of the last event; null while messages are not available',
      }),
      version: Type.Integer({ description: 'grows with every change of the conversation and its members' }),
    }),
    { description: 'the 200 that were active last' },
  ),
})

const Deleted = Type.Object({ messageId: Type.String(), seq: Type.Integer() })

const Translated = Type.Object({
  messageId: Type.String(),
  revision: Type.Integer(),
  language: Type.String(),
  text: Type.String(),
  model: NullableString,
  confidence: NullableNumber,
})

const TranslationFailed = Type.Object({
  messageId: Type.String(),
  revision: Type.Integer(),
  language: Type.String(),
  status: Type.String({ description: '"failed" or "skipped"' }),
  reason: NullableString,
})

/** A client that has an older version fetches the conversation. */
const ConversationChanged = Type.Object({ id: Type.String(), version: Type.Integer() })

const MemberChanged = Type.Object({
  userId: Type.String(),
  version: Type.Integer({ description: 'of the conversation, with this change' }),
})

/** What happened to messages, in the order of `eventSeq`. */
export const eventFrames = {
  'message.new': eventFrame('message.new', 'A message was written.', ref(MessageSchema)),
  'message.edited': eventFrame('message.edited', 'A message says something else.', ref(MessageSchema)),
  'message.deleted': eventFrame('message.deleted', 'A message became a tombstone; it keeps its place.', Deleted),
  'message.translated': eventFrame('message.translated', 'A translation is there, for its readers.', Translated),
  'message.translation_failed': eventFrame(
    'message.translation_failed',
    'There will be no translation, for its readers.',
    TranslationFailed,
  ),
} as const

export type EventFrame = Static<(typeof eventFrames)[keyof typeof eventFrames]>

const Resumed = Type.Object({
  conversations: Type.Record(
    Type.String(),
    Type.Union([
      Type.Object({
        events: Type.Array(Type.Unsafe<EventFrame>(Type.Union(Object.values(eventFrames)))),
        more: Type.Boolean({ description: 'whether another frame goes on with this conversation' }),
      }),
      Type.Object({
        resync: Type.Literal(true),
        reason: Type.String({ description: '"epoch", "retention", "unknown_position" or "not_found"' }),
      }),
    ]),
  ),
})

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
    'How far somebody has read; in large rooms only for their own devices.',
    Type.Object({ userId: Type.String(), seq: Type.Integer() }),
  ),
  typing: roomFrame(
    'typing',
    'Who is typing now, in place of what was said before; nobody after `expiresInMs` without another.',
    Type.Object({ userIds: Type.Array(Type.String()), expiresInMs: Type.Integer() }),
  ),
  presence: plainFrame(
    'presence',
    'How people are now who share a conversation with the user: "online", "away" or "offline".',
    Type.Object({ users: Type.Record(Type.String(), Type.Enum(['online', 'away', 'offline'])) }),
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
