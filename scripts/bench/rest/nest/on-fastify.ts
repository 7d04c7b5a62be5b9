import type { Server } from 'node:http'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { Work } from '../work.js'
import { type NestRequest, nestModule } from './app.js'

/** Nest as it comes, on Fastify. */
export async function nestOnFastify(work: Work): Promise<Server> {
  const adapter = new FastifyAdapter({ genReqId: () => work.newRequestId() })
  const app = await NestFactory.create<NestFastifyApplication>(nestModule(work), adapter, { logger: false })
  const fastify = adapter.getInstance()
  fastify.addHook('onRequest', async (request, reply) => {
    Object.assign(request, { requestId: request.id })
    reply.header('x-request-id', request.id).headers(work.headers)
  })
  fastify.addHook('onResponse', async (request, reply) => {
    const { id: requestId, method } = request
    const { identity } = request as unknown as NestRequest
    work.log({
      requestId,
      method,
      route: request.routeOptions.url ?? '',
      status: reply.statusCode,
      startedAt: performance.now() - reply.elapsedTime,
      userId: identity?.userId,
    })
  })
  await app.init()
  await fastify.ready()
  return app.getHttpServer()
}
