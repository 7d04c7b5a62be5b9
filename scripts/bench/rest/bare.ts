import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { toProblem } from '../../../fastify-service/src/plugins/problems.js'
import type { Work } from './work.js'

const json = 'application/json; charset=utf-8'

/** The work with nothing around it. */
export function bareServer(work: Work): Server {
  return createServer((request, response) => {
    answer(work, request, response).catch((error) => fail(response, error))
  })
}

/** As little as a server can do. */
export function helloServer(): Server {
  return createServer((_, response) => {
    response.writeHead(200, { 'content-type': json, 'content-length': 17 })
    response.end('{"hello":"world"}')
  })
}

async function answer(work: Work, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now()
  const requestId = work.newRequestId()
  const { method = '', url = '' } = request
  const ofAddress = work.countAddress(request.socket.remoteAddress ?? '')
  const { userId } = await work.authenticate(request.headers.authorization)
  const ofUser = work.countUser(userId)
  const body = JSON.stringify(await route(work, url, userId, requestId))
  response.once('finish', () => {
    work.log({ requestId, method, route: url, status: response.statusCode, startedAt, userId })
  })
  response.writeHead(200, {
    ...work.headers,
    ...ofAddress,
    ...ofUser,
    'x-request-id': requestId,
    'content-type': json,
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

function route(work: Work, url: string, userId: string, requestId: string): Promise<object> {
  if (url === '/api/users/me') return work.me(userId)
  if (url === '/api/conversations') return work.conversations(userId, requestId)
  throw new Error(`There is no route for ${url}`)
}

function fail(response: ServerResponse, error: unknown): void {
  const problem = toProblem(error)
  response.writeHead(problem.status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify(problem.toDetails()))
}
