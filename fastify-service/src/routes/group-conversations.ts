import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { callerOf } from '../plugins/auth.js'
import { requireGroup } from '../store/groups/group-members.js'
import { ListedSchema, listPage } from './conversations.js'
import { Page, pageQuery } from './paging.js'
import { IdParams } from './schemas.js'

/** The conversations of a group, for those who are in them: being in the group opens none. */
export function groupConversationRoutes(context: Context): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/:id/conversations',
      {
        config: { policy: { who: 'user', on: 'group', as: 'member or anybody of a public one' } },
        schema: {
          summary: 'Those conversations of a group that I am in, latest activity first',
          tags: ['groups'],
          params: IdParams,
          querystring: Type.Object(pageQuery, closed),
          response: { 200: Page(ref(ListedSchema)) },
        },
      },
      async (request) => {
        const { id: groupId } = request.params
        const { userId } = callerOf(request)
        await requireGroup(context.database, groupId, userId)
        return listPage(context, { userId, requestId: request.id, query: request.query }, { groupId })
      },
    )
  }
}
