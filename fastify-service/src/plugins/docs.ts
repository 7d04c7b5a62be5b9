import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fastifyPlugin from 'fastify-plugin'
import { version } from '../version.js'

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
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    refResolver: { buildLocalReference: (schema) => String(schema.$id) },
    transform: ({ schema, url, route }) => ({
      url,
      schema: {
        ...schema,
        ...(route.config?.policy?.who === 'anybody' ? {} : { security: [{ token: [] }] }),
        response: withProblemType(schema?.response as Record<string, object> | undefined),
      },
    }),
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
