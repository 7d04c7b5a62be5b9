import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { eraseMessagesIn } from '../grpc/message-erasures.js'
import { found, readLanguage } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { deleteConversation, updateConversation } from '../store/conversations/conversation-changes.js'
import { readConversation } from '../store/conversations/conversations.js'
import { updateSettings } from '../store/conversations/settings.js'
import { announceConversation, announceDeletion } from '../websocket/announce/announce.js'
import { SettingChanges, SettingsSchema } from './conversation-settings.js'
import { ConversationSchema, Title } from './conversations.js'
import { IdParams } from './schemas.js'

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
        const change = await updateConversation(database, id, userId, request.body)
        if (change) await announceConversation(context, 'updated', { id, ...change })
        return found(await readConversation(context, id, userId))
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
        const { version, memberIds, guestIds } = await deleteConversation(database, id, callerOf(request).userId)
        announceDeletion(context, memberIds, { id, version })
        for (const guestId of guestIds) context.hub.disconnectUser(guestId)
        await eraseMessagesIn(context, id, request.id)
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
          body: SettingChanges,
          response: { 200: ref(SettingsSchema) },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const { languageOverride, ...flags } = request.body
        const settings = await updateSettings(database, request.params.id, userId, {
          ...flags,
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
