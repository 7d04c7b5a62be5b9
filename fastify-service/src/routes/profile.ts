import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, ref } from '@meeshy/shared/schemas'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.js'
import { found, readImageUrl, readLanguage, readLanguages } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { updateProfile } from '../store/accounts/profiles.js'
import type { OwnUser } from '../store/accounts/users.js'
import { IdParams, ImageUrl, Line, Locale, UserSchema } from './schemas.js'
import { requireSelfOrAdmin } from './self-or-admin.js'

const ProfileChanges = Type.Object(
  {
    displayName: Type.Optional(Line({ maxLength: 64, description: 'the name that others see' })),
    avatarUrl: Type.Optional(ImageUrl),
    preferredLanguage: Type.Optional(Locale),
    understoodLanguages: Type.Optional(Type.Array(Locale, { maxItems: 20 })),
  },
  closed,
)

/** What others see of oneself, and the languages one reads. */
export function profileRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { log, reads } = context

  return async (app) => {
    app.get(
      '/me',
      {
        config: { policy: { who: 'guest' } },
        schema: { summary: 'My profile', tags: ['users'], response: { 200: ref(UserSchema) } },
      },
      async (request) => found(await reads.ownUser(callerOf(request).userId)),
    )

    app.put(
      '/me',
      {
        config: { policy: { who: 'guest' } },
        schema: {
          summary: 'Change the given fields of my profile',
          tags: ['users'],
          body: ProfileChanges,
          response: { 200: ref(UserSchema) },
        },
      },
      async (request) => changeProfile(context, callerOf(request).userId, request.body),
    )

    app.put(
      '/:id',
      {
        config: { policy: { who: 'guest', on: 'user', as: 'self or an administrator' } },
        schema: {
          summary: 'The same as PUT /api/users/me, by my id; administrators change anybody',
          tags: ['users'],
          params: IdParams,
          body: ProfileChanges,
          response: { 200: ref(UserSchema) },
        },
      },
      async (request) => {
        const caller = callerOf(request)
        const { id } = request.params
        await requireSelfOrAdmin(context, caller, id)
        const changed = await changeProfile(context, id, request.body)
        if (id !== caller.userId) {
          log.info('An administrator changed a profile', { adminId: caller.userId, userId: id })
        }
        return changed
      },
    )
  }
}

async function changeProfile(
  { database, rooms }: Context,
  userId: string,
  { avatarUrl, preferredLanguage, understoodLanguages, ...others }: Static<typeof ProfileChanges>,
): Promise<OwnUser> {
  const { user, readsOthers } = await updateProfile(database, userId, {
    ...others,
    ...(avatarUrl === null && { avatarUrl }),
    ...(typeof avatarUrl === 'string' && { avatarUrl: readImageUrl(avatarUrl, '/avatarUrl') }),
    ...(preferredLanguage && { preferredLanguage: readLanguage(preferredLanguage, '/preferredLanguage') }),
    ...(understoodLanguages && { understoodLanguages: readLanguages(understoodLanguages, '/understoodLanguages') }),
  })
  if (readsOthers) rooms.forgetUser(userId)
  return user
}
