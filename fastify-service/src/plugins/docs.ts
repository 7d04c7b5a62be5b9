import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fastifyPlugin from 'fastify-plugin'
import { version } from '../version.js'
import { complete, type OpenApi } from './openapi-document.js'
import { describePolicy } from './policy.js'

const tags = [
  { name: 'auth', description: 'Making an account, signing in and out, and the devices that are signed in' },
  { name: 'users', description: 'Oneself, what everybody may know of others, and whom one blocks' },
  { name: 'conversations', description: 'Rooms of two or more, their members, and how one reads them' },
  { name: 'messages', description: 'Sending, reading, editing, deleting and translating' },
  { name: 'groups', description: 'People with a common cause, and their conversations' },
  { name: 'friend requests', description: 'Asking somebody into a direct conversation' },
  { name: 'share links', description: 'Invitations for whoever has the link, guests too' },
  { name: 'notifications', description: 'What one should see when one comes back' },
  { name: 'admin', description: 'Running the place' },
  { name: 'operators', description: 'How the gateway is, for what starts, stops and watches it' },
]

/** OpenAPI 3.1 from the routes' own schemas: pages at /docs, the document at /docs/json. */
export const docs = fastifyPlugin(async (app) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Meeshy gateway',
        version,
        description: 'Chat in which everybody writes in their own language and everybody reads in their own.',
      },
      tags,
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    refResolver: { buildLocalReference: (schema) => String(schema.$id) },
    transform: ({ schema, url, route }) => ({
      url,
      schema: {
        ...schema,
        description: [schema?.description, route.config?.policy && describePolicy(route.config.policy)]
          .filter(Boolean)
          .join(' '),
        'x-policy': route.config?.policy,
        ...(route.config?.policy?.who === 'anybody' ? {} : { security: [{ token: [] }] }),
        response: withProblemType(schema?.response as Record<string, object> | undefined),
      },
    }),
    transformObject: (document) =>
      'openapiObject' in document ? (complete(document.openapiObject as OpenApi) as object) : document.swaggerObject,
  })
  // Everybody may read them. They come before `auth`, which would refuse the pages' own routes.
  await app.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, policy: { who: 'anybody' } }
    })
    await pages.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
  })
})

/** Problems have a media type of their own. */
function withProblemType(response: Record<string, object> = {}) {
  const failure = {
    description: 'A problem',
    content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
  }
  return Object.fromEntries(
    Object.entries(response).map(([status, schema]) => [status, isProblem(schema) ? failure : schema]),
  )
}

function isProblem(schema: object): boolean {
  return '$ref' in schema && schema.$ref === 'Problem#'
}
