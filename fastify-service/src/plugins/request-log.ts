import fastifyPlugin from 'fastify-plugin'

/** One line for every answer. It names the route and not the URL, which can hold a token. */
export const requestLog = fastifyPlugin(async (app) => {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        ...(request.identity ? { userId: request.identity.userId } : {}),
      },
      'Answered a request',
    )
  })
})
