import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import type { Context } from './context.js'
import { asyncApi } from './plugins/asyncapi.js'
import { auth } from './plugins/auth.js'
import { docs } from './plugins/docs.js'
import { framing } from './plugins/framing.js'
import { headers } from './plugins/headers.js'
import { jsonBody } from './plugins/json-body.js'
import { addressLimit, userLimit } from './plugins/limits.js'
import { notFound } from './plugins/not-found.js'
import { pressure } from './plugins/pressure.js'
import { problems } from './plugins/problems.js'
import { requestLog } from './plugins/request-log.js'
import { compileValidator } from './plugins/validation.js'
import { accountRoutes } from './routes/account.js'
import { adminFigureRoutes } from './routes/admin-figures.js'
import { adminUserRoutes } from './routes/admin-users.js'
import { authRoutes } from './routes/auth.js'
import { blockRoutes } from './routes/blocks.js'
import { conversationChangeRoutes } from './routes/conversation-changes.js'
import { conversationRoutes } from './routes/conversations.js'
import { friendRequestRoutes } from './routes/friend-requests.js'
import { groupConversationRoutes } from './routes/group-conversations.js'
import { groupMemberRoutes } from './routes/group-members.js'
import { groupRoutes } from './routes/groups.js'
import { healthRoutes } from './routes/health.js'
import { historyRoutes } from './routes/history.js'
import { memberRoutes } from './routes/members.js'
import { messageRoutes } from './routes/messages.js'
import { namedSchemas } from './routes/named-schemas.js'
import { notificationRoutes } from './routes/notifications.js'
import { passwordRoutes } from './routes/password.js'
import { passwordResetMakingRoutes, passwordResetRoutes } from './routes/password-reset.js'
import { profileRoutes } from './routes/profile.js'
import { sessionRoutes } from './routes/sessions.js'
import { shareLinkJoiningRoutes } from './routes/share-link-joining.js'
import { shareLinkRoutes } from './routes/share-links.js'
import { translateRoutes } from './routes/translate.js'
import { userRoutes } from './routes/users.js'
import { serverOptions } from './server-options.js'
import { handlers } from './websocket/dispatch.js'
import { frameLimits, socketLimits } from './websocket/limits.js'
import { registerWebsocket } from './websocket/route.js'

export type App = Awaited<ReturnType<typeof buildApp>>

/** The map of the API. Builds and does not listen. */
export async function buildApp(context: Context) {
  const app = Fastify(serverOptions(context)).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(compileValidator)
  for (const schema of namedSchemas) app.addSchema(schema)

  await app.register(problems)
  await app.register(jsonBody)
  await app.register(headers(context))
  await app.register(framing)
  await app.register(pressure(context))
  await app.register(addressLimit(context))
  await app.register(notFound)
  await app.register(requestLog(context))
  await app.register(docs)
  await app.register(auth(context))
  await app.register(userLimit(context))

  await app.register(healthRoutes(context))
  await app.register(authRoutes(context), { prefix: '/api/auth' })
  await app.register(sessionRoutes(context), { prefix: '/api/auth' })
  await app.register(passwordResetRoutes(context), { prefix: '/api/auth' })
  await app.register(passwordResetMakingRoutes(context), { prefix: '/api/admin/users' })
  await app.register(profileRoutes(context), { prefix: '/api/users' })
  await app.register(userRoutes(context), { prefix: '/api/users' })
  await app.register(passwordRoutes(context), { prefix: '/api/users' })
  await app.register(blockRoutes(context), { prefix: '/api/users' })
  await app.register(accountRoutes(context), { prefix: '/api/users' })
  await app.register(conversationRoutes(context), { prefix: '/api/conversations' })
  await app.register(conversationChangeRoutes(context), { prefix: '/api/conversations' })
  await app.register(memberRoutes(context), { prefix: '/api/conversations' })
  await app.register(historyRoutes(context), { prefix: '/api/conversations' })
  await app.register(messageRoutes(context), { prefix: '/api/messages' })
  await app.register(groupRoutes(context), { prefix: '/api/groups' })
  await app.register(groupConversationRoutes(context), { prefix: '/api/groups' })
  await app.register(groupMemberRoutes(context), { prefix: '/api/groups' })
  await app.register(friendRequestRoutes(context), { prefix: '/api/friend-requests' })
  await app.register(translateRoutes(context), { prefix: '/api/translate' })
  await app.register(shareLinkRoutes(context), { prefix: '/api/share-links' })
  await app.register(shareLinkJoiningRoutes(context), { prefix: '/api/share-links' })
  await app.register(notificationRoutes(context), { prefix: '/api/notifications' })
  await app.register(adminUserRoutes(context), { prefix: '/api/admin/users' })
  await app.register(adminFigureRoutes(context), { prefix: '/api/admin' })
  await registerWebsocket(app, context)
  await app.register(asyncApi(handlers, { ...context.config, ...socketLimits(context.config), ...frameLimits }))

  return app
}
