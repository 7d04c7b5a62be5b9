import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotificationSchema } from '@meeshy/shared/frames/client-notification'
import { closed, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { found } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { countUnread, listNotifications, markAllRead, markRead } from '../store/notifications.js'
import { Page, pageQuery, readPageQuery, toPage } from './paging.js'
import { Id, IdParams } from './schemas.js'

const NotificationPage = Type.Object({
  ...Page(ref(NotificationSchema)).properties,
  unreadCount: Type.Integer({ description: 'of all, not of this page' }),
})

/** What has happened to somebody while they looked elsewhere. */
export function notificationRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { database } = context

  return async (app) => {
    app.get(
      '',
      {
        config: { policy: { who: 'user' } },
        schema: {
          summary: 'My notifications, newest first',
          tags: ['notifications'],
          querystring: Type.Object(
            {
              unread: Type.Optional(Type.Enum(['true', 'false'], { description: 'true leaves out what is read' })),
              ...pageQuery,
            },
            closed,
          ),
          response: { 200: NotificationPage },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const { limit, after } = readPageQuery(Id, request.query)
        const rows = await listNotifications(database, userId, {
          limit,
          unread: request.query.unread === 'true',
          ...(after === undefined ? {} : { after }),
        })
        const unreadCount = await countUnread(database, userId)
        return { ...toPage(rows, limit, ({ id }) => id), unreadCount }
      },
    )

    app.post(
      '/:id/read',
      {
        config: { policy: { who: 'user', on: 'notification', as: 'self' } },
        schema: {
          summary: 'Mark one as read; again changes nothing',
          tags: ['notifications'],
          params: IdParams,
          response: { 200: ref(NotificationSchema) },
        },
      },
      async (request) => found(await markRead(database, callerOf(request).userId, request.params.id)),
    )

    app.post(
      '/read-all',
      {
        config: { policy: { who: 'user' } },
        schema: { summary: 'Mark all as read', tags: ['notifications'], response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await markAllRead(database, callerOf(request).userId)
        return reply.code(204).send(null)
      },
    )
  }
}
