import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { presentMessage } from '../grpc/present.js'
import { found, invalid } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { Page, pageQuery } from './paging.js'
import { closed, Id, IdParams, NullableNumber, NullableString, ref } from './schemas.js'

export const TranslationSchema = Type.Object(
  {
    status: Type.String({ description: '"pending", "ready", "skipped" or "failed"' }),
    text: NullableString,
    reason: NullableString,
    model: NullableString,
    confidence: NullableNumber,
    cached: Type.Boolean(),
    revision: Type.Integer(),
  },
  { $id: 'Translation' },
)

export const MessageSchema = Type.Object(
  {
    id: Type.String(),
    conversationId: Type.String(),
    seq: Type.Integer({ description: 'counts the messages of the conversation, without gaps' }),
    revision: Type.Integer(),
    senderId: Type.String(),
    clientMessageId: Type.String(),
    content: NullableString,
    messageType: Type.String(),
    originalLanguage: Type.String(),
    languageSource: Type.String(),
    replyToId: NullableString,
    createdAt: Type.String(),
    editedAt: NullableString,
    deletedAt: NullableString,
    translations: Type.Record(Type.String(), ref(TranslationSchema), {
      description: "the entry of the caller's language, when they need one",
    }),
    display: Type.Union(
      [Type.Object({ language: Type.String(), text: Type.String(), translated: Type.Boolean() }), Type.Null()],
      { description: 'the text that the caller reads' },
    ),
  },
  { $id: 'Message' },
)

const NewMessage = Type.Object(
  {
    content: Type.String({ description: '1 to 4,000 code points, at most 16 KiB, kept byte for byte' }),
    clientMessageId: Type.Optional(Id),
    originalLanguage: Type.Optional(Type.String({ maxLength: 35, description: 'detected when absent' })),
    replyToId: Type.Optional(Id),
  },
  closed,
)

const Seq = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })

const History = Type.Object({ before: Type.Optional(Seq), after: Type.Optional(Seq), limit: pageQuery.limit }, closed)

/** Messages, as the translation service has them and as the caller reads them. */
export function messageRoutes({ messaging, rooms }: Context): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/conversations/:id/messages',
      {
        config: { policy: 'user' },
        schema: {
          summary: 'Send a message; the same clientMessageId again answers with the first (200)',
          tags: ['messages'],
          params: IdParams,
          body: NewMessage,
          response: { 200: ref(MessageSchema), 201: ref(MessageSchema) },
        },
      },
      async (request, reply) => {
        const { userId } = callerOf(request)
        const conversationId = request.params.id
        const reader = found(await rooms.reader(conversationId, userId))
        const draft = { ...request.body, conversationId, senderId: userId }
        const { message, created } = await messaging.send(draft, request.id)
        return reply.code(created ? 201 : 200).send(presentMessage(message, reader))
      },
    )

    app.get(
      '/conversations/:id/messages',
      {
        config: { policy: 'user' },
        schema: {
          summary: 'The history, newest page first; within a page oldest first',
          description: '`nextCursor` is the next `before` (or, when going forward, the next `after`).',
          tags: ['messages'],
          params: IdParams,
          querystring: History,
          response: { 200: Page(ref(MessageSchema)) },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const conversationId = request.params.id
        const { before, after } = request.query
        if (before !== undefined && after !== undefined) throw invalid('/after', 'cannot be given together with before')
        const reader = found(await rooms.reader(conversationId, userId))
        const { messages, hasMore } = await messaging.list({ ...request.query, conversationId, userId }, request.id)
        const last = after === undefined ? messages.at(0) : messages.at(-1)
        const nextCursor = hasMore && last ? String(last.seq) : null
        return { data: messages.map((message) => presentMessage(message, reader)), page: { nextCursor, hasMore } }
      },
    )

    app.get(
      '/messages/:id',
      {
        config: { policy: 'user' },
        schema: {
          summary: 'One message',
          tags: ['messages'],
          params: IdParams,
          response: { 200: ref(MessageSchema) },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const message = await messaging.read({ messageId: request.params.id, userId }, request.id)
        return presentMessage(message, found(await rooms.reader(message.conversationId, userId)))
      },
    )
  }
}
