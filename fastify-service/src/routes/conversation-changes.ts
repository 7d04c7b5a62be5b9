import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { found, readLanguage } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { deleteConversation, updateConversation, updateSettings } from '../store/conversation-changes.js'
import { readConversation } from '../store/conversations.js'
import { announceConversation, announceDeletion } from '../websocket/announce.js'
import { ConversationSchema, Title } from './conversations.js'
import { closed, IdParams, Locale, NullableString, ref } from './schemas.js'

const Settings = Type.Object(
  {
    languageOverride: Type.Optional(
      Type.Union([Locale, Type.Null()], { description: 'read here in this language; null in my preferred one' }),
    ),
    autoTranslate: Type.Optional(Type.Boolean({ description: 'false shows everything in the original' })),
  },
  closed,
)

const SettingsSchema = Type.Object({ languageOverride: NullableString, autoTranslate: Type.Boolean() })

/** What changes a room for everybody, and what for oneself. */
export function conversationChangeRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { database } = context

  return async (app) => {
    app.put(
      '/:id',
      {
        config: { policy: { who: 'user', on: 'conversation', as: 'moderator' } },
        schema: {
          summary: 'Change a conversation, as a moderator',
          tags: ['conversations'],
          params: IdParams,
          body: Type.Object({ title: Type.Optional(Title) }, closed),
          response: { 200: ref(ConversationSchema) },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const { id } = request.params
        const { version } = await updateConversation(database, id, userId, request.body)
        await announceConversation(context, 'updated', { id, version })
        return found(await readConversation(database, id, userId))
      },
    )

    app.delete(
      '/:id',
      {
        config: { policy: { who: 'user', on: 'conversation', as: 'owner' } },
        schema: {
          summary: 'Delete a conversation with all its messages, as its owner',
          tags: ['conversations'],
          params: IdParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const { version, memberIds } = await deleteConversation(database, id, callerOf(request).userId)
        announceDeletion(context, memberIds, { id, version })
        await eraseMessages(context, id, request.id)
        return reply.code(204).send(null)
      },
    )

    app.put(
      '/:id/settings',
      {
        config: { policy: { who: 'guest', on: 'conversation', as: 'member' } },
        schema: {
          summary: 'How I read this conversation; nobody else sees it',
          tags: ['conversations'],
          params: IdParams,
          body: Settings,
          response: { 200: SettingsSchema },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const { languageOverride, ...others } = request.body
        const settings = await updateSettings(database, request.params.id, userId, {
          ...others,
          ...(languageOverride === undefined
            ? {}
            : {
                languageOverride:
                  languageOverride === null ? null : readLanguage(languageOverride, '/languageOverride'),
              }),
        })
        context.rooms.forget(request.params.id)
        return settings
      },
    )
  }
}

/** The translation service finds out by itself when it cannot be told. */
async function eraseMessages({ messaging, log }: Context, conversationId: string, requestId: string): Promise<void> {
  try {
    await messaging.eraseConversation(conversationId, requestId)
  } catch (error) {
    log.warn('The messages of a deleted conversation are erased later', { conversationId, error })
  }
}
