import { Problem } from '@meeshy/shared/problems'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

/** Paths without a route: 404, or 405 with the allowed methods where the path has a route for another method. */
export const notFound = fastifyPlugin(
  async (app) => {
    const routes: Array<{ methods: string[]; path: RegExp }> = []
    app.addHook('onRoute', ({ method, url }) => {
      if (!url.includes('*')) routes.push({ methods: [method].flat(), path: pathOf(url) })
    })
    const handler = (request: FastifyRequest, reply: FastifyReply) => {
      const path = request.url.split('?', 1)[0] ?? ''
      const allowed = routes.filter((route) => route.path.test(path)).flatMap(({ methods }) => methods)
      if (allowed.length === 0) throw new Problem('not_found')
      reply.header('allow', [...new Set(allowed)].join(', '))
      throw new Problem('method_not_allowed')
    }
    app.setNotFoundHandler(handler)
  },
  { name: 'not-found' },
)

function pathOf(url: string): RegExp {
  return new RegExp(`^${url.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}/?$`)
}
