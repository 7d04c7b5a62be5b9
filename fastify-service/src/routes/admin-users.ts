import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, NullableString, PublicUserSchema, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { callerOf } from '../plugins/auth.js'
import { accountRoles, accountStatuses, givenRoles, listAccounts } from '../store/accounts/accounts.js'
import { changeAccountRole, changeAccountStatus } from '../store/accounts/change-account.js'
import { Page, pageQuery, readPageQuery, toPage } from './paging.js'
import { Id, IdParams, Line } from './schemas.js'

export const AccountSchema = Type.Object(
  {
    ...PublicUserSchema.properties,
    email: NullableString,
    role: Type.String(),
    createdAt: Type.String(),
    deactivatedAt: NullableString,
    erasedAt: NullableString,
    lastUsedAt: NullableString,
  },
  { $id: 'Account', description: 'What an administrator knows of an account' },
)

const Search = Type.Object(
  {
    search: Type.Optional(
      Line({ maxLength: 254, description: 'the beginning of a username, a name or an e-mail address' }),
    ),
    role: Type.Optional(Type.Enum([...accountRoles])),
    status: Type.Optional(Type.Enum([...accountStatuses])),
    ...pageQuery,
  },
  closed,
)

/** Whose account there is, what they are, and whether they may come in. */
export function adminUserRoutes({ database, hub, rooms, log }: Context): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '',
      {
        config: { policy: { who: 'admin' } },
        schema: {
          summary: 'All accounts, oldest first',
          tags: ['admin'],
          querystring: Search,
          response: { 200: Page(ref(AccountSchema)) },
        },
      },
      async (request) => {
        const { search, role, status } = request.query
        const { limit, after } = readPageQuery(Id, request.query)
        const rows = await listAccounts(database, {
          limit,
          ...(search !== undefined && { text: search }),
          ...(role !== undefined && { role }),
          ...(status !== undefined && { status }),
          ...(after !== undefined && { after }),
        })
        return toPage(rows, limit, ({ id }) => id)
      },
    )

    app.put(
      '/:id/role',
      {
        config: { policy: { who: 'admin' } },
        schema: {
          summary: 'Make somebody a user, a moderator or an administrator',
          tags: ['admin'],
          params: IdParams,
          body: Type.Object({ role: Type.Enum([...givenRoles]) }, closed),
          response: { 200: ref(AccountSchema) },
        },
      },
      async (request) => {
        const { userId: adminId } = callerOf(request)
        const { id } = request.params
        const { role } = request.body
        const account = await changeAccountRole(database, adminId, id, role)
        log.info('An administrator gave a role', { adminId, userId: id, role })
        return account
      },
    )

    app.put(
      '/:id/status',
      {
        config: { policy: { who: 'admin' } },
        schema: {
          summary: 'Deactivate an account, which ends its sessions, or activate it again',
          tags: ['admin'],
          params: IdParams,
          body: Type.Object({ status: Type.Enum(['active', 'deactivated']) }, closed),
          response: { 200: ref(AccountSchema) },
        },
      },
      async (request) => {
        const { userId: adminId } = callerOf(request)
        const { id } = request.params
        const { status } = request.body
        const { account, endedSessionIds } = await changeAccountStatus(database, adminId, id, status)
        for (const sessionId of endedSessionIds) hub.disconnectSession(sessionId)
        rooms.forgetUser(id)
        log.info('An administrator set a status', { adminId, userId: id, status })
        return account
      },
    )
  }
}
