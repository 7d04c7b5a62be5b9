import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, PublicUserSchema, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { callerOf } from '../plugins/auth.js'
import { addMember, changeRole, listMembers, removeMember, requireMembership } from '../store/conversations/members.js'
import type { ListedMember, MemberPage } from '../store/member-pages.js'
import { roles } from '../store/roles.js'
import { announceMember } from '../websocket/announce/announce.js'
import { notify } from '../websocket/announce/notify.js'
import { Page, pageQuery, readPageQuery, toPage } from './paging.js'
import { Id, IdParams, Time } from './schemas.js'

export const MemberSchema = Type.Object(
  { user: ref(PublicUserSchema), role: Type.String(), joinedAt: Type.String() },
  { $id: 'Member' },
)

export const MemberParams = Type.Object({ id: Id, userId: Id }, closed)

/** Where a page of members ended. */
const MemberPosition = Type.Object({ at: Time, id: Id })

/** Who is in a conversation, and as what. */
export function memberRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { database } = context

  return async (app) => {
    app.get(
      '/:id/members',
      {
        config: { policy: { who: 'guest', on: 'conversation', as: 'member' } },
        schema: {
          summary: 'The members, in the order of their joining',
          tags: ['conversations'],
          params: IdParams,
          querystring: Type.Object(pageQuery, closed),
          response: { 200: Page(ref(MemberSchema)) },
        },
      },
      async (request) => {
        const { id } = request.params
        await requireMembership(database, id, callerOf(request).userId)
        return memberPage(request.query, (page) => listMembers(database, id, page))
      },
    )

    app.post(
      '/:id/members',
      {
        config: { policy: { who: 'user', on: 'conversation', as: 'moderator' } },
        schema: {
          summary: 'Add somebody, as a moderator; who is there already stays as they are',
          tags: ['conversations'],
          params: IdParams,
          body: Type.Object({ userId: Id }, closed),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const { userId } = request.body
        const actorId = callerOf(request).userId
        const change = await addMember(database, id, actorId, userId)
        if (change) {
          await announceMember(context, 'added', id, { userId, ...change })
          await notify(context, { userId, type: 'added_to_conversation', actorId, conversationId: id })
        }
        return reply.code(204).send(null)
      },
    )

    app.put(
      '/:id/members/:userId',
      {
        config: { policy: { who: 'user', on: 'conversation', as: 'admin' } },
        schema: {
          summary: 'Give a member another role; an owner can make others owners',
          tags: ['conversations'],
          params: MemberParams,
          body: Type.Object({ role: Type.Enum([...roles]) }, closed),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { id, userId } = request.params
        const change = await changeRole(database, id, callerOf(request).userId, userId, request.body.role)
        if (change) await announceMember(context, 'updated', id, { userId, ...change })
        return reply.code(204).send(null)
      },
    )

    app.delete(
      '/:id/members/:userId',
      {
        config: { policy: { who: 'guest', on: 'conversation', as: 'member' } },
        schema: {
          summary: 'Leave, or as a moderator remove somebody',
          tags: ['conversations'],
          params: MemberParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { id, userId } = request.params
        const { version, guestIds } = await removeMember(database, id, callerOf(request).userId, userId)
        await announceMember(context, 'removed', id, { userId, version })
        for (const guestId of guestIds) context.hub.disconnectUser(guestId)
        return reply.code(204).send(null)
      },
    )
  }
}

/** A page of the members of a conversation or of a group, in the order of their joining. */
export async function memberPage(
  query: { limit?: number; cursor?: string },
  list: (page: MemberPage) => Promise<ListedMember[]>,
) {
  const { limit, after } = readPageQuery(MemberPosition, query)
  const rows = await list({ limit, ...(after && { after: { joinedAt: new Date(after.at), userId: after.id } }) })
  return toPage(rows, limit, ({ joinedAt, user }) => ({ at: Date.parse(joinedAt), id: user.id }))
}
