import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '@meeshy/shared/problems'
import { closed, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import { accounts } from '../auth/attempts.js'
import { requireGoodPassword } from '../auth/password-rules.js'
import { signIn } from '../auth/sign-in.js'
import type { Context } from '../context.js'
import { found, invalid, languageOfHeader, readLanguage, readLanguages } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { secretsLimit } from '../plugins/limits.js'
import { createUser, findCredentials } from '../store/accounts/users.js'
import { Line, Locale, Password, SignedInSchema, UserSchema } from './schemas.js'

const Registration = Type.Object(
  {
    username: Type.String({ minLength: 3, maxLength: 32, pattern: '^[a-zA-Z0-9_.-]*$' }),
    email: Type.String({ maxLength: 254, pattern: '^[^\\s@\\p{Cc}\\p{Cs}]+@[^\\s@\\p{Cc}\\p{Cs}]+$' }),
    password: Password,
    displayName: Type.Optional(Line({ maxLength: 64, description: 'the username when absent' })),
    preferredLanguage: Type.Optional(Locale),
    understoodLanguages: Type.Optional(Type.Array(Locale, { maxItems: 20 })),
  },
  closed,
)

const Login = Type.Object(
  {
    login: Type.Optional(
      Type.String({ minLength: 1, maxLength: 254, description: 'the username or the e-mail address' }),
    ),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 254, description: 'another name of `login`' })),
    email: Type.Optional(Type.String({ minLength: 1, maxLength: 254, description: 'another name of `login`' })),
    password: Type.String({ maxLength: 256 }),
  },
  { ...closed, examples: [{ login: 'ana', password: 'correct horse battery' }] },
)

/** Registering and signing in. */
export function authRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { attempts, config, database, passwords, reads } = context
  const byAddress = secretsLimit(config)

  return async (app) => {
    app.post(
      '/register',
      {
        config: { policy: { who: 'anybody' }, rateLimit: byAddress },
        schema: {
          summary: 'Make an account',
          tags: ['auth'],
          body: Registration,
          response: { 201: ref(SignedInSchema) },
        },
      },
      async (request, reply) => {
        const { username, email, password, displayName = username, understoodLanguages = [], ...body } = request.body
        await requireGoodPassword(password, '/password', { username, email })
        const preferredLanguage = body.preferredLanguage
          ? readLanguage(body.preferredLanguage, '/preferredLanguage')
          : languageOfHeader(request.headers['accept-language'])
        const user = await createUser(database, {
          username,
          email,
          displayName,
          preferredLanguage,
          understoodLanguages: readLanguages(understoodLanguages, '/understoodLanguages'),
          passwordHash: await passwords.hash(password),
        })
        reply.code(201)
        return signIn(app, context, user, { userAgent: request.headers['user-agent'] })
      },
    )

    app.post(
      '/login',
      {
        config: { policy: { who: 'anybody' }, rateLimit: byAddress },
        schema: { summary: 'Sign in', tags: ['auth'], body: Login, response: { 200: ref(SignedInSchema) } },
      },
      async (request) => {
        const { password, ...names } = request.body
        const [login, ...others] = Object.values(names)
        if (login === undefined || others.length > 0) throw invalid('/login', 'give one of login, username and email')
        const credentials = await attempts.guard({ account: accounts.login(login), ip: request.ip }, async () => {
          const candidate = await findCredentials(database, login)
          // Unknown person or wrong password: the same answer after the same time.
          const matches = await passwords.matches(password, candidate?.passwordHash ?? null)
          return matches ? candidate : null
        })
        if (!credentials) throw new Problem('credentials_wrong')
        return signIn(app, context, found(await reads.ownUser(credentials.id)), {
          userAgent: request.headers['user-agent'],
          passwordHash: credentials.passwordHash,
        })
      },
    )

    app.get(
      '/verify',
      {
        config: { policy: { who: 'guest' } },
        schema: {
          summary: 'Whether the token works, and whose it is',
          tags: ['auth'],
          response: {
            200: Type.Object({ valid: Type.Literal(true), user: ref(UserSchema), expiresAt: Type.String() }),
          },
        },
      },
      async (request) => {
        const { userId, expiresAt } = callerOf(request)
        const user = found(await reads.ownUser(userId))
        return { valid: true as const, user, expiresAt: expiresAt.toISOString() }
      },
    )
  }
}
