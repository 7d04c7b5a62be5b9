import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '@meeshy/shared/problems'
import { closed } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import { accounts } from '../auth/attempts.js'
import { requireGoodPassword } from '../auth/password-rules.js'
import { hashOfToken } from '../auth/refresh-tokens.js'
import type { Context } from '../context.js'
import { callerOf } from '../plugins/auth.js'
import { secretsLimit } from '../plugins/limits.js'
import { createReset, readResetOwner, takeReset } from '../store/accounts/password-resets.js'
import { IdParams, Password } from './schemas.js'

const tokenBytes = 32

const Made = Type.Object({
  token: Type.String({ description: 'shown this once; for POST /api/auth/password-reset' }),
  expiresAt: Type.String(),
})

const Reset = Type.Object({ token: Type.String({ maxLength: 512 }), newPassword: Password }, closed)

/** Forgotten passwords, an administrator's half: to make the token and hand it over. */
export function passwordResetMakingRoutes({ config, database }: Context): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/:id/password-reset',
      {
        config: { policy: { who: 'admin' } },
        schema: {
          summary: 'Make a one-time token by which somebody sets a new password; those before end',
          tags: ['admin'],
          params: IdParams,
          response: { 201: Made },
        },
      },
      async (request, reply) => {
        const { id: userId } = request.params
        const createdById = callerOf(request).userId
        const token = randomBytes(tokenBytes).toString('base64url')
        const expiresAt = new Date(Date.now() + config.passwordResetLifetimeMs)
        await createReset(database, { tokenHash: hashOfToken(token), userId, createdById, expiresAt })
        request.log.info({ forUserId: userId }, 'An administrator made a password reset')
        reply.code(201)
        return { token, expiresAt: expiresAt.toISOString() }
      },
    )
  }
}

/** Forgotten passwords, the other half: to use the token. */
export function passwordResetRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { attempts, config, database, hub, passwords } = context

  return async (app) => {
    app.post(
      '/password-reset',
      {
        config: {
          policy: { who: 'anybody' },
          rateLimit: secretsLimit(config),
        },
        schema: {
          summary: 'Set a new password with a one-time token; all sessions end',
          tags: ['auth'],
          body: Reset,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { token, newPassword } = request.body
        const tokenHash = hashOfToken(token)
        const attempt = { account: null, ip: request.ip }
        const owner = await attempts.guard(attempt, () => readResetOwner(database, tokenHash))
        // Never was one, too old, used up: the same words for each.
        if (!owner) throw new Problem('link_gone')
        await requireGoodPassword(newPassword, '/newPassword', owner)
        const passwordHash = await passwords.hash(newPassword)
        const ended = await takeReset(database, tokenHash, { userId: owner.id, passwordHash })
        if (!ended) throw new Problem('link_gone')
        for (const id of ended) hub.disconnectSession(id)
        await attempts.forget(accountsOf(owner))
        return reply.code(204).send(null)
      },
    )
  }
}

/** Whoever forgot a password has tried some. */
function accountsOf({ id, username, email }: { id: string; username: string; email: string | null }): string[] {
  return [accounts.user(id), accounts.login(username), ...(email === null ? [] : [accounts.login(email)])]
}
