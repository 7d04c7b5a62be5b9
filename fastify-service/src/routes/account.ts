import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed } from '@meeshy/shared/schemas'
import { type Static, Type } from 'typebox'
import { accounts } from '../auth/attempts.js'
import type { Context } from '../context.js'
import { eraseMessagesIn, eraseMessagesOf } from '../grpc/message-erasures.js'
import { callerOf, type Identity } from '../plugins/auth.js'
import { eraseAccount } from '../store/accounts/erase-account.js'
import { announceDeparture } from '../websocket/announce/announce-departure.js'
import { IdParams } from './schemas.js'
import { requireSelfOrAdmin } from './self-or-admin.js'

/** May be left out: a missing body is null to its schema. */
const Deletion = Type.Unsafe<{ eraseMessages?: boolean } | null>({
  type: ['object', 'null'],
  properties: {
    eraseMessages: Type.Boolean({
      default: false,
      description: 'also turn everything that they wrote into tombstones',
    }),
  },
  ...closed,
})

/** Leaving for good. */
export function accountRoutes(context: Context): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.delete(
      '/me',
      {
        config: { policy: { who: 'guest' } },
        schema: {
          summary: 'Delete my account and everything personal, at once; my messages stay under "deleted user"',
          tags: ['users'],
          body: Deletion,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        await deleteAccount(context, caller, caller.userId, request)
        return reply.code(204).send(null)
      },
    )

    app.delete(
      '/:id',
      {
        config: { policy: { who: 'guest', on: 'user', as: 'self or an administrator' } },
        schema: {
          summary: 'The same as DELETE /api/users/me, by an id; administrators delete anybody',
          tags: ['users'],
          params: IdParams,
          body: Deletion,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        const { id } = request.params
        await requireSelfOrAdmin(context, caller, id)
        await deleteAccount(context, caller, id, request)
        return reply.code(204).send(null)
      },
    )
  }
}

/** The translation service may be away: what it has to erase is written down with the deletion. */
async function deleteAccount(
  context: Context,
  { userId: actorId }: Identity,
  id: string,
  { body, id: requestId }: { body: Static<typeof Deletion>; id: string },
): Promise<void> {
  const options = { eraseMessages: body?.eraseMessages ?? false }
  const erased = await eraseAccount(context.database, actorId, id, options)
  if (actorId !== id) context.log.info('An administrator deleted an account', { adminId: actorId, userId: id })
  await announceDeparture(context, id, erased)
  await context.attempts.forget([...erased.logins.map(accounts.login), accounts.user(id)])
  for (const deleted of erased.deleted) await eraseMessagesIn(context, deleted.id, requestId)
  if (options.eraseMessages) await eraseMessagesOf(context, id, requestId)
}
