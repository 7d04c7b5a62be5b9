import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { callerOf } from '../plugins/auth.js'
import {
  addGroupMember,
  changeGroupRole,
  joinGroup,
  listGroupMembers,
  removeGroupMember,
  requireGroupRole,
} from '../store/groups/group-members.js'
import { roles } from '../store/roles.js'
import { MemberParams, MemberSchema, memberPage } from './members.js'
import { Page, pageQuery } from './paging.js'
import { Id, IdParams } from './schemas.js'

/** Who is in a group, and as what. */
export function groupMemberRoutes({ database }: Context): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/:id/members',
      {
        config: { policy: { who: 'user', on: 'group', as: 'member' } },
        schema: {
          summary: 'The members, in the order of their joining',
          tags: ['groups'],
          params: IdParams,
          querystring: Type.Object(pageQuery, closed),
          response: { 200: Page(ref(MemberSchema)) },
        },
      },
      async (request) => {
        const { id } = request.params
        await requireGroupRole(database, id, callerOf(request).userId, 'member')
        return memberPage(request.query, (page) => listGroupMembers(database, id, page))
      },
    )

    app.post(
      '/:id/members',
      {
        config: { policy: { who: 'user', on: 'group', as: 'member or anybody of a public one' } },
        schema: {
          summary: 'Join a public group, or as a moderator add somebody; who is in it already stays as they are',
          tags: ['groups'],
          params: IdParams,
          body: Type.Object({ userId: Type.Optional(Id) }, { ...closed, description: 'without `userId` it is me' }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const actorId = callerOf(request).userId
        const { userId = actorId } = request.body
        if (userId === actorId) await joinGroup(database, id, userId)
        else await addGroupMember(database, id, actorId, userId)
        return reply.code(204).send(null)
      },
    )

    app.put(
      '/:id/members/:userId',
      {
        config: { policy: { who: 'user', on: 'group', as: 'admin' } },
        schema: {
          summary: 'Give a member another role; an owner can make others owners',
          tags: ['groups'],
          params: MemberParams,
          body: Type.Object({ role: Type.Enum([...roles]) }, closed),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { id, userId } = request.params
        await changeGroupRole(database, id, callerOf(request).userId, userId, request.body.role)
        return reply.code(204).send(null)
      },
    )

    app.delete(
      '/:id/members/:userId',
      {
        config: { policy: { who: 'user', on: 'group', as: 'member' } },
        schema: {
          summary: 'Leave, or as a moderator remove somebody; conversations of the group keep them',
          tags: ['groups'],
          params: MemberParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { id, userId } = request.params
        await removeGroupMember(database, id, callerOf(request).userId, userId)
        return reply.code(204).send(null)
      },
    )
  }
}
