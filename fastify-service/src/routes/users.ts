import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '@meeshy/shared/problems'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.js'
import { found, readLanguage, readLanguages } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { type OwnUser, readOwnUser, readPublicUser, searchUsers, updateProfile } from '../store/users.js'
import { Page, pageQuery, readPageQuery, toPage } from './paging.js'
import { closed, IdParams, Line, Locale, PublicUserSchema, ref, UserSchema } from './schemas.js'

const ProfileChanges = Type.Object(
  {
    displayName: Type.Optional(Line({ maxLength: 64, description: 'the name that others see' })),
    preferredLanguage: Type.Optional(Locale),
    understoodLanguages: Type.Optional(Type.Array(Locale, { maxItems: 20 })),
  },
  closed,
)

/** Where a page of people ended. */
const Username = Type.String({ pattern: '^[a-zA-Z0-9_.-]{1,32}$' })

const Search = Type.Object(
  {
    search: Line({ maxLength: 64, description: 'the beginning of a username, or a part of a name' }),
    ...pageQuery,
  },
  closed,
)

/** People: oneself, and what everybody may know of others. */
export function userRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { database } = context

  return async (app) => {
    app.get(
      '/me',
      {
        config: { policy: { who: 'guest' } },
        schema: { summary: 'My profile', tags: ['users'], response: { 200: ref(UserSchema) } },
      },
      async (request) => found(await readOwnUser(database, callerOf(request).userId)),
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
        config: { policy: { who: 'guest', on: 'user', as: 'self' } },
        schema: {
          summary: 'The same as PUT /api/users/me, by my id',
          tags: ['users'],
          params: IdParams,
          body: ProfileChanges,
          response: { 200: ref(UserSchema) },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const { id } = request.params
        if (id === userId) return changeProfile(context, userId, request.body)
        found(await readPublicUser(database, id))
        throw new Problem('forbidden')
      },
    )

    app.get(
      '',
      {
        config: { policy: { who: 'user' } },
        schema: {
          summary: 'Find people',
          tags: ['users'],
          querystring: Search,
          response: { 200: Page(ref(PublicUserSchema)) },
        },
      },
      async (request) => {
        const { limit, after } = readPageQuery(Username, request.query)
        const users = await searchUsers(database, {
          text: request.query.search,
          limit,
          ...(after === undefined ? {} : { after }),
        })
        return toPage(users, limit, ({ username }) => username)
      },
    )

    app.get(
      '/:id',
      {
        config: { policy: { who: 'user', on: 'user', as: 'anybody' } },
        schema: {
          summary: 'The public profile of somebody; by my id my own',
          tags: ['users'],
          params: IdParams,
          response: { 200: Type.Union([ref(UserSchema), ref(PublicUserSchema)]) },
        },
      },
      async (request) => {
        const { id } = request.params
        const isMe = id === callerOf(request).userId
        return found(isMe ? await readOwnUser(database, id) : await readPublicUser(database, id))
      },
    )
  }
}

async function changeProfile(
  { database, rooms }: Context,
  userId: string,
  { preferredLanguage, understoodLanguages, ...others }: Static<typeof ProfileChanges>,
): Promise<OwnUser> {
  const { user, readsOthers } = await updateProfile(database, userId, {
    ...others,
    ...(preferredLanguage && { preferredLanguage: readLanguage(preferredLanguage, '/preferredLanguage') }),
    ...(understoodLanguages && { understoodLanguages: readLanguages(understoodLanguages, '/understoodLanguages') }),
  })
  if (readsOthers) rooms.forgetUser(userId)
  return user
}
