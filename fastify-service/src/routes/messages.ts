import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { MessageSchema, ReadStateSchema, TranslationSchema } from '@meeshy/shared/frames/client-message'
import { closed, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { all, ofReader, presentMessage, presentTranslation } from '../grpc/present.js'
import { found } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { markRead } from '../websocket/awareness/receipts.js'
import { Content, OriginalLanguage, translationsQuery } from './message-schemas.js'
import { IdParams, Locale } from './schemas.js'
import { untilGone } from './until-gone.js'

const Edit = Type.Object(
  {
    content: Content,
    originalLanguage: Type.Optional(OriginalLanguage),
    expectedRevision: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2 ** 31 - 1,
        description: 'the edit is refused (409) when the message has another one',
      }),
    ),
  },
  closed,
)

/** One message: read, edited by its author, deleted by its author or a moderator, translated, marked as read. */
export function messageRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { messaging, rooms } = context

  return async (app) => {
    app.get(
      '/:id',
      {
        config: { policy: { who: 'guest', on: 'message', as: 'reader' } },
        schema: {
          summary: 'One message',
          tags: ['messages'],
          params: IdParams,
          querystring: Type.Object(translationsQuery, closed),
          response: { 200: ref(MessageSchema) },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const allTranslations = request.query.translations === 'all'
        const message = await messaging.read({ messageId: request.params.id, userId, allTranslations }, request.id)
        const reader = found(await rooms.reader(message.conversationId, userId))
        return presentMessage(message, reader, allTranslations ? all : ofReader)
      },
    )

    app.put(
      '/:id',
      {
        config: { policy: { who: 'guest', on: 'message', as: 'author' } },
        schema: {
          summary: 'Edit a message of mine',
          tags: ['messages'],
          params: IdParams,
          body: Edit,
          response: { 200: ref(MessageSchema) },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const edit = { ...request.body, messageId: request.params.id, userId }
        const message = await messaging.edit(edit, request.id)
        return presentMessage(message, found(await rooms.reader(message.conversationId, userId)))
      },
    )

    app.delete(
      '/:id',
      {
        config: { policy: { who: 'guest', on: 'message', as: 'author or moderator' } },
        schema: {
          summary: 'Delete a message of mine, or as a moderator any; its place stays',
          tags: ['messages'],
          params: IdParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await messaging.remove({ messageId: request.params.id, userId: callerOf(request).userId }, request.id)
        return reply.code(204).send(null)
      },
    )

    app.post(
      '/:id/translate',
      {
        config: { policy: { who: 'guest', on: 'message', as: 'reader' } },
        schema: {
          summary: 'The translation into one language, made now when it is not there',
          tags: ['messages'],
          params: IdParams,
          body: Type.Object({ targetLanguage: Locale }, closed),
          response: { 200: Type.Object({ language: Type.String(), ...TranslationSchema.properties }) },
        },
      },
      async (request, reply) => {
        const { userId } = callerOf(request)
        const signal = untilGone(reply.raw)
        const which = { messageId: request.params.id, userId, targetLanguage: request.body.targetLanguage }
        const translation = await messaging.translateMessage(which, { requestId: request.id, signal })
        return { language: translation.language, ...presentTranslation(translation) }
      },
    )

    app.post(
      '/:id/read',
      {
        config: { policy: { who: 'guest', on: 'message', as: 'reader' } },
        schema: {
          summary: 'Everything up to this message has been read',
          tags: ['messages'],
          params: IdParams,
          response: { 200: ref(ReadStateSchema) },
        },
      },
      async (request) => {
        const place = { messageId: request.params.id, userId: callerOf(request).userId }
        return markRead(context, place, request.id)
      },
    )
  }
}
