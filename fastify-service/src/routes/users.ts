import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, PublicUserSchema, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { found } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { readProfile } from '../store/accounts/profiles.js'
import { searchUsers } from '../store/accounts/search-users.js'
import { Page, pageQuery, readPageQuery, toPage } from './paging.js'
import { IdParams, Line, UserSchema } from './schemas.js'

/** Where a page of people ended. */
const Username = Type.String({ pattern: '^[a-zA-Z0-9_.-]{1,32}$' })

const Search = Type.Object(
  {
    search: Line({ maxLength: 64, description: 'the beginning of a username or of a name' }),
    ...pageQuery,
  },
  closed,
)

/** People, and what everybody may know of them. */
export function userRoutes({ database, reads }: Context): FastifyPluginAsyncTypebox {
  return async (app) => {
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
          searcherId: callerOf(request).userId,
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
          summary: 'The public profile of somebody; all of it by my id, and for administrators',
          tags: ['users'],
          params: IdParams,
          response: { 200: Type.Union([ref(UserSchema), ref(PublicUserSchema)]) },
        },
      },
      async (request) => {
        const { userId, role } = callerOf(request)
        const { id } = request.params
        const seesAll = id === userId || role === 'ADMIN'
        return found(seesAll ? await reads.ownUser(id) : await readProfile(database, userId, id))
      },
    )
  }
}
