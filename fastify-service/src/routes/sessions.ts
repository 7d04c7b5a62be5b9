import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, NullableString, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import { refresh } from '../auth/refresh.js'
import type { Context } from '../context.js'
import { found } from '../inputs.js'
import { callerOf, type Identity } from '../plugins/auth.js'
import { listSessions, revokeSession } from '../store/sessions/sessions.js'
import { sweepRoom } from '../websocket/announce/sweep.js'
import { Page, pageQuery, readPageQuery, toPage } from './paging.js'
import { Id, IdParams, SignedInSchema } from './schemas.js'

export const SessionSchema = Type.Object(
  {
    id: Type.String(),
    createdAt: Type.String(),
    lastUsedAt: Type.String({ description: 'when it began or was last refreshed' }),
    userAgent: NullableString,
    current: Type.Boolean({ description: 'whether this is the session that asks' }),
  },
  { $id: 'Session', description: 'A device that is signed in' },
)

const Refresh = Type.Object({ refreshToken: Type.String({ maxLength: 512 }) }, closed)

/** The sessions of a person: refreshing one, listing them, ending them. */
export function sessionRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { database } = context

  return async (app) => {
    app.post(
      '/refresh',
      {
        config: { policy: { who: 'anybody' } },
        schema: {
          summary: 'Fresh tokens for a refresh token, which they replace',
          tags: ['auth'],
          body: Refresh,
          response: { 200: ref(SignedInSchema) },
        },
      },
      async (request) => refresh(app, context, request.body.refreshToken),
    )

    app.post(
      '/logout',
      {
        config: { policy: { who: 'guest' } },
        schema: { summary: 'End this session', tags: ['auth'], response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        await end(context, caller, caller.sessionId)
        return reply.code(204).send(null)
      },
    )

    app.get(
      '/sessions',
      {
        config: { policy: { who: 'guest', on: 'session', as: 'self' } },
        schema: {
          summary: 'My devices, the last one to sign in first',
          tags: ['auth'],
          querystring: Type.Object(pageQuery, closed),
          response: { 200: Page(ref(SessionSchema)) },
        },
      },
      async (request) => {
        const { userId, sessionId } = callerOf(request)
        const { limit, after } = readPageQuery(Id, request.query)
        const rows = await listSessions(database, userId, { limit, ...(after !== undefined && { after }) })
        const sessions = rows.map((row) => ({ ...row, current: row.id === sessionId }))
        return toPage(sessions, limit, ({ id }) => id)
      },
    )

    app.delete(
      '/sessions/:id',
      {
        config: { policy: { who: 'guest', on: 'session', as: 'self' } },
        schema: {
          summary: 'Sign one of my devices out',
          tags: ['auth'],
          params: IdParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const ended = await end(context, callerOf(request), request.params.id)
        found(ended || null)
        return reply.code(204).send(null)
      },
    )
  }
}

/** Ends one of the caller's sessions. A guest has no other, and goes with it. @returns whether it was one of theirs */
async function end(context: Context, { userId, conversationId }: Identity, sessionId: string): Promise<boolean> {
  const ended = await revokeSession(context.database, userId, sessionId)
  if (!ended) return false
  context.hub.disconnectSession(sessionId)
  if (conversationId !== null) await sweepRoom(context, conversationId)
  return true
}
