import type { FastifyPluginAsync } from 'fastify'
import { describeSocket } from './asyncapi-document.js'
import type { DescribedFrames } from './asyncapi-messages.js'
import type { DescribedLimits } from './asyncapi-words.js'
import type { NamedSchemas } from './openapi-examples.js'

/** Serves the description of the socket, AsyncAPI 3, at /docs/asyncapi.json; it is made once, from the frames' schemas. */
export function asyncApi(frames: DescribedFrames, limits: DescribedLimits): FastifyPluginAsync {
  return async (app) => {
    const document = JSON.stringify(describeSocket(frames, limits, app.getSchemas() as NamedSchemas))
    app.get(
      '/docs/asyncapi.json',
      { config: { policy: { who: 'anybody' } }, schema: { hide: true } },
      async (_, reply) => reply.type('application/json').send(document),
    )
  }
}
