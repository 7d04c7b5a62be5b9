import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '@meeshy/shared/problems'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { callerOf } from '../plugins/auth.js'
import { revokeOtherSessions } from '../store/sessions.js'
import { readPasswordHash } from '../store/users.js'
import { closed, Password } from './schemas.js'

const Change = Type.Object({ currentPassword: Type.String({ maxLength: 256 }), newPassword: Password }, closed)

/** One's own password. */
export function passwordRoutes({ config, database, passwords, hub }: Context): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.put(
      '/me/password',
      {
        config: {
          policy: { who: 'user' },
          rateLimit: { max: config.AUTH_RATE_LIMIT_PER_MINUTE, timeWindow: '1 minute' },
        },
        schema: {
          summary: 'Change my password; my other sessions end',
          tags: ['users'],
          body: Change,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { userId, sessionId } = callerOf(request)
        const { currentPassword, newPassword } = request.body
        const current = await readPasswordHash(database, userId)
        if (!(await passwords.matches(currentPassword, current))) throw new Problem('credentials_wrong')
        const passwordHash = await passwords.hash(newPassword)
        const ended = await database.transaction(async (tables) => {
          await tables.user.update({ where: { id: userId }, data: { passwordHash } })
          return revokeOtherSessions(tables, userId, sessionId)
        })
        for (const id of ended) hub.disconnectSession(id)
        return reply.code(204).send(null)
      },
    )
  }
}
