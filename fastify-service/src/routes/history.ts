import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { MessageSchema, ReadStateSchema } from '@meeshy/shared/frames/client-message'
import { closed, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { all, ofReader, presentMessage } from '../grpc/present.js'
import { found, invalid } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { markRead } from '../websocket/awareness/receipts.js'
import { Content, OriginalLanguage, translationsQuery } from './message-schemas.js'
import { Page, pageQuery } from './paging.js'
import { Id, IdParams } from './schemas.js'

const NewMessage = Type.Object(
  {
    content: Content,
    clientMessageId: Type.Optional(Id),
    originalLanguage: Type.Optional(OriginalLanguage),
    replyToId: Type.Optional(Id),
  },
  closed,
)

const Seq = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })

const History = Type.Object(
  { before: Type.Optional(Seq), after: Type.Optional(Seq), limit: pageQuery.limit, ...translationsQuery },
  closed,
)

/** The messages of a conversation, as the caller reads them. */
export function historyRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { messaging, rooms } = context

  return async (app) => {
    app.post(
      '/:id/messages',
      {
        config: { policy: { who: 'guest', on: 'conversation', as: 'member' } },
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
      '/:id/messages',
      {
        config: { policy: { who: 'guest', on: 'conversation', as: 'member' } },
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
        const { translations, ...range } = request.query
        const { before, after } = range
        if (before !== undefined && after !== undefined) throw invalid('/after', 'cannot be given together with before')
        const reader = found(await rooms.reader(conversationId, userId))
        const { messages, hasMore } = await messaging.list(
          { ...range, conversationId, userId, allTranslations: translations === 'all' },
          request.id,
        )
        const last = after === undefined ? messages.at(0) : messages.at(-1)
        const nextCursor = hasMore && last ? String(last.seq) : null
        const which = translations === 'all' ? all : ofReader
        const data = messages.map((message) => presentMessage(message, reader, which))
        return { data, page: { nextCursor, hasMore } }
      },
    )

    app.post(
      '/:id/read',
      {
        config: { policy: { who: 'guest', on: 'conversation', as: 'member' } },
        schema: {
          summary: 'Everything up to a message has been read',
          tags: ['messages'],
          params: IdParams,
          body: Type.Object({ seq: Seq }, closed),
          response: { 200: ref(ReadStateSchema) },
        },
      },
      async (request) => {
        const place = { conversationId: request.params.id, userId: callerOf(request).userId, seq: request.body.seq }
        return markRead(context, place, request.id)
      },
    )
  }
}
