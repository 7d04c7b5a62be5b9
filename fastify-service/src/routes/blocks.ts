import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '@meeshy/shared/problems'
import { closed, PublicUserSchema, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { callerOf } from '../plugins/auth.js'
import { blockUser, listBlocked, unblockUser } from '../store/friends/blocks.js'
import { announceBlock } from '../websocket/announce/announce-block.js'
import { Page, pageQuery, readPageQuery, toPage } from './paging.js'
import { Id, IdParams } from './schemas.js'

const Blocked = Type.Object({ user: ref(PublicUserSchema), blockedAt: Type.String() })

/** Whom one wants to hear nothing from. The other one is not told. */
export function blockRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { database } = context
  return async (app) => {
    app.get(
      '/me/blocks',
      {
        config: { policy: { who: 'user' } },
        schema: {
          summary: 'Whom I have blocked',
          tags: ['users'],
          querystring: Type.Object(pageQuery, closed),
          response: { 200: Page(Blocked) },
        },
      },
      async (request) => {
        const { limit, after } = readPageQuery(Id, request.query)
        const rows = await listBlocked(database, callerOf(request).userId, { limit, ...(after && { after }) })
        return toPage(rows, limit, ({ user }) => user.id)
      },
    )

    app.post(
      '/:id/block',
      {
        config: { policy: { who: 'user', on: 'user', as: 'anybody' } },
        schema: {
          summary: 'Block somebody: no direct messages, requests and invitations between us',
          tags: ['users'],
          params: IdParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { userId } = callerOf(request)
        const { id } = request.params
        if (id === userId) throw new Problem('bad_request', 'You cannot block yourself.')
        await blockUser(database, userId, id)
        announceBlock(context, userId, id)
        return reply.code(204).send(null)
      },
    )

    app.delete(
      '/:id/block',
      {
        config: { policy: { who: 'user', on: 'user', as: 'anybody' } },
        schema: {
          summary: 'End a block',
          tags: ['users'],
          params: IdParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { userId } = callerOf(request)
        const { id } = request.params
        await unblockUser(database, userId, id)
        await context.presence.unblock(userId, id)
        return reply.code(204).send(null)
      },
    )
  }
}
