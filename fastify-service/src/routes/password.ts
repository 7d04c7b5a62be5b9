import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '@meeshy/shared/problems'
import { closed } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import { accounts } from '../auth/attempts.js'
import { requireGoodPassword } from '../auth/password-rules.js'
import type { Context } from '../context.js'
import { found } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { secretsLimit } from '../plugins/limits.js'
import { setPassword } from '../store/accounts/passwords.js'
import { readPasswordHash } from '../store/accounts/users.js'
import { Password } from './schemas.js'

const Change = Type.Object({ currentPassword: Type.String({ maxLength: 256 }), newPassword: Password }, closed)

/** One's own password. */
export function passwordRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { attempts, config, database, passwords, hub, reads } = context

  return async (app) => {
    app.put(
      '/me/password',
      {
        config: {
          policy: { who: 'user' },
          rateLimit: secretsLimit(config),
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
        const attempt = { account: accounts.user(userId), ip: request.ip }
        const current = await attempts.guard(attempt, async () => {
          const hash = await readPasswordHash(database, userId)
          return (await passwords.matches(currentPassword, hash)) ? hash : null
        })
        if (current === null) throw new Problem('credentials_wrong')
        await requireGoodPassword(newPassword, '/newPassword', found(await reads.ownUser(userId)))
        const passwordHash = await passwords.hash(newPassword)
        const change = { userId, passwordHash, replacing: current, keptSessionId: sessionId }
        const ended = await database.transaction((tables) => setPassword(tables, change))
        // Of two changes at once the second one no longer knows the password.
        if (!ended) throw new Problem('credentials_wrong')
        for (const id of ended) hub.disconnectSession(id)
        return reply.code(204).send(null)
      },
    )
  }
}
