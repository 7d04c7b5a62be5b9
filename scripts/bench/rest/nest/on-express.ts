import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import type { Work } from '../work.js'
import { type NestRequest, nestModule } from './app.js'

type Request = IncomingMessage & NestRequest & { route?: { path: string } }

/** Nest as it comes, on Express; without the ETag, which says nothing of answers that nobody stores. */
export async function nestOnExpress(work: Work): Promise<Server> {
  const app = await NestFactory.create<NestExpressApplication>(nestModule(work), { logger: false })
  app.disable('x-powered-by')
  app.disable('etag')
  app.use((request: Request, response: ServerResponse, next: () => void) => {
    const startedAt = performance.now()
    const requestId = work.newRequestId()
    request.requestId = requestId
    response.setHeader('x-request-id', requestId)
    for (const [name, value] of Object.entries(work.headers)) response.setHeader(name, value)
    response.once('finish', () => {
      const { method = '', route, identity } = request
      const { statusCode: status } = response
      work.log({ requestId, method, route: route?.path ?? '', status, startedAt, userId: identity?.userId })
    })
    next()
  })
  await app.init()
  return app.getHttpServer()
}
