import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { found, readImageUrl } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { createGroup, deleteGroup, listGroups, readGroup, searchGroups, updateGroup } from '../store/groups/groups.js'
import { announceConversation } from '../websocket/announce/announce.js'
import { defaultMaxMembers, GroupChanges, GroupPosition, GroupQuery, GroupSchema, NewGroup } from './group-schemas.js'
import { Page, readPageQuery, toPage } from './paging.js'
import { IdParams } from './schemas.js'

/** Groups: people with a common cause. Being in one opens none of its conversations. */
export function groupRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { database } = context

  return async (app) => {
    app.post(
      '',
      {
        config: { policy: { who: 'user' } },
        schema: {
          summary: 'Make a group; its maker owns it',
          tags: ['groups'],
          body: NewGroup,
          response: { 201: ref(GroupSchema) },
        },
      },
      async (request, reply) => {
        const { userId } = callerOf(request)
        const { id } = await createGroup(database, userId, {
          maxMembers: defaultMaxMembers,
          ...readFields(request.body),
        })
        return reply.code(201).send(found(await readGroup(database, id, userId)))
      },
    )

    app.get(
      '',
      {
        config: { policy: { who: 'user' } },
        schema: {
          summary: 'My groups, or the public ones of a name; by name',
          tags: ['groups'],
          querystring: GroupQuery,
          response: { 200: Page(ref(GroupSchema)) },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const { search: text } = request.query
        const { limit, after } = readPageQuery(GroupPosition, request.query)
        const page = { limit, ...(after && { after: { nameKey: after.name, id: after.id } }) }
        const rows =
          text === undefined
            ? await listGroups(database, userId, page)
            : await searchGroups(database, userId, { text, ...page })
        return toPage(rows, limit, ({ nameKey: name, id }) => ({ name, id }))
      },
    )

    app.get(
      '/:id',
      {
        config: { policy: { who: 'user', on: 'group', as: 'member or anybody of a public one' } },
        schema: {
          summary: 'A group of mine, or a public one',
          tags: ['groups'],
          params: IdParams,
          response: { 200: ref(GroupSchema) },
        },
      },
      async (request) => found(await readGroup(database, request.params.id, callerOf(request).userId)),
    )

    app.put(
      '/:id',
      {
        config: { policy: { who: 'user', on: 'group', as: 'admin' } },
        schema: {
          summary: 'Change the given fields of a group, as an admin',
          tags: ['groups'],
          params: IdParams,
          body: GroupChanges,
          response: { 200: ref(GroupSchema) },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const { id } = request.params
        await updateGroup(database, id, userId, readFields(request.body))
        return found(await readGroup(database, id, userId))
      },
    )

    app.delete(
      '/:id',
      {
        config: { policy: { who: 'user', on: 'group', as: 'owner' } },
        schema: {
          summary: 'Delete a group, as its owner; its conversations stay, without a group',
          tags: ['groups'],
          params: IdParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const changes = await deleteGroup(database, request.params.id, callerOf(request).userId)
        for (const change of changes) await announceConversation(context, 'updated', change)
        return reply.code(204).send(null)
      },
    )
  }
}

/** @throws Problem validation_failed for an image that is none */
function readFields<Fields extends { imageUrl?: string | null }>(fields: Fields): Fields {
  const { imageUrl } = fields
  return typeof imageUrl === 'string' ? { ...fields, imageUrl: readImageUrl(imageUrl, '/imageUrl') } : fields
}
