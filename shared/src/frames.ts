import { type Static, Type } from 'typebox'
import { idPattern } from './ids.js'
import type { ProblemDetails } from './problems.js'
import type { Display } from './reader-view.js'

const id = Type.String({ pattern: idPattern })

/** Chosen by the client; a frame that has one is answered by an `ack` with the same. Larger integers would change. */
export const frameRef = Type.Union([
  Type.String({ maxLength: 64 }),
  Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
])

export type FrameRef = Static<typeof frameRef>

function clientFrame<Name extends string, Data extends Parameters<typeof Type.Object>[0]>(type: Name, data: Data) {
  return Type.Object(
    {
      type: Type.Literal(type),
      ref: Type.Optional(frameRef),
      data: Type.Object(data, { additionalProperties: false }),
    },
    { additionalProperties: false },
  )
}

/** Every frame that a client may send, by its type. */
export const clientFrames = {
  auth: clientFrame('auth', { token: Type.String({ minLength: 1, maxLength: 4096 }) }),
  ping: clientFrame('ping', {}),
  'message.send': clientFrame('message.send', {
    conversationId: id,
    content: Type.String(),
    clientMessageId: id,
    originalLanguage: Type.Optional(Type.String()),
    replyToId: Type.Optional(id),
  }),
} as const

export type ClientFrameType = keyof typeof clientFrames
export type ClientFrame<Name extends ClientFrameType = ClientFrameType> = Static<(typeof clientFrames)[Name]>

/** A message as clients see it, over REST and in frames. `display` and `translations` are those of the reader. */
export interface ClientMessage {
  id: string
  conversationId: string
  seq: number
  revision: number
  senderId: string
  clientMessageId: string
  content: string | null
  messageType: string
  originalLanguage: string
  languageSource: string
  replyToId: string | null
  createdAt: string
  editedAt: string | null
  deletedAt: string | null
  translations: Record<string, ClientTranslation>
  display: Display | null
}

export interface ClientTranslation {
  status: string
  text: string | null
  reason: string | null
  model: string | null
  confidence: number | null
  cached: boolean
  revision: number
}

interface EventFrame<Name extends string, Data> {
  type: Name
  conversationId: string
  eventSeq: number
  data: Data
}

/** A fact about a room: state, and no event of the log. */
interface RoomFrame<Name extends string, Data> {
  type: Name
  conversationId: string
  data: Data
}

export interface HelloData {
  connectionId: string
  userId: string
  epoch: string
  heartbeatMs: number
  conversations: Record<string, { version: number }>
}

/** A message that became a tombstone; it keeps its place. */
export interface DeletedData {
  messageId: string
  seq: number
}

export interface TranslatedData {
  messageId: string
  revision: number
  language: string
  text: string
  model: string | null
  confidence: number | null
}

export interface TranslationFailedData {
  messageId: string
  revision: number
  language: string
  status: string
  reason: string | null
}

/** A client that has an older version fetches the conversation. */
export interface ConversationChange {
  id: string
  version: number
}

export interface MemberChange {
  userId: string
  /** Of the conversation, with this change. */
  version: number
}

/** Something that somebody should see when they come back, as over REST. It holds no text of a message. */
export interface ClientNotification {
  id: string
  /** "mention", "friend_request", "friend_request_accepted" or "added_to_conversation". */
  type: string
  /** Who caused it; null for somebody who has left. */
  actor: {
    id: string
    username: string
    displayName: string
    avatarUrl: string | null
    preferredLanguage: string
  } | null
  conversationId: string | null
  messageId: string | null
  requestId: string | null
  createdAt: string
  readAt: string | null
}

/** Every frame that the server sends. */
export type ServerFrame =
  | { type: 'hello'; data: HelloData }
  | { type: 'ack'; ref: string | number; ok: true; data: unknown }
  | { type: 'ack'; ref: string | number; ok: false; error: ProblemDetails }
  | { type: 'error'; data: ProblemDetails }
  | EventFrame<'message.new', ClientMessage>
  | EventFrame<'message.edited', ClientMessage>
  | EventFrame<'message.deleted', DeletedData>
  | EventFrame<'message.translated', TranslatedData>
  | EventFrame<'message.translation_failed', TranslationFailedData>
  | RoomFrame<'conversation.created', ConversationChange>
  | RoomFrame<'conversation.updated', ConversationChange>
  | RoomFrame<'conversation.deleted', ConversationChange>
  | RoomFrame<'member.added', MemberChange>
  | RoomFrame<'member.updated', MemberChange>
  | RoomFrame<'member.removed', MemberChange>
  | { type: 'notification.new'; data: ClientNotification }

/** Close codes of the contract. */
export const closeCodes = {
  restart: 1012,
  tokenExpired: 4001,
  revoked: 4003,
  slowConsumer: 4008,
  tooManyConnections: 4009,
  authenticationTimeout: 4010,
  flooding: 4029,
} as const
