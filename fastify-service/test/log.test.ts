import { once } from 'node:events'
import { connect } from 'node:net'
import { newId } from '@meeshy/shared/ids'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { canary } from './canary.js'
import { type Answer, startTestGateway, type TestGateway } from './support.js'

interface LoggedAnswer {
  message: string
  requestId: string
  method: string
  route: string | null
  status: number
  ms: number
  userId?: string
}

it('says of every request which, where, how it went and for how long, and who asked', async () => {
  const gateway = await startTestGateway()
  const { user, accessToken: token } = await gateway.register('ana')
  await gateway.call('GET', `/api/users/${user.id}?a=1`, { token, headers: { 'x-request-id': 'first' } })
  await gateway.call('GET', '/nope', { headers: { 'x-request-id': 'second' } })
  await gateway.call('GET', '/api/users/%E0%A4%A', { headers: { 'x-request-id': 'third' } })
  await gateway.close()
  const logged = answersOf(gateway)
  const ms = expect.any(Number)
  const line = { level: 'info', message: 'Answered a request', service: 'gateway', timestamp: expect.any(String), ms }
  expect(logged.slice(1)).toEqual([
    { ...line, requestId: 'first', method: 'GET', route: '/api/users/:id', status: 200, userId: user.id },
    { ...line, requestId: 'second', method: 'GET', route: null, status: 404 },
    { ...line, requestId: 'third', method: 'GET', route: null, status: 400 },
  ])
})

it('says who asked also where anybody may', async () => {
  const gateway = await startTestGateway()
  const { user, accessToken: token } = await gateway.register('ana')
  const path = `/api/share-links/${'A'.repeat(22)}/join`
  expect((await gateway.call('POST', path, { token, body: {} })).status).toBe(404)
  await gateway.close()
  expect(answersOf(gateway).at(-1)).toMatchObject({ route: '/api/share-links/:linkId/join', userId: user.id })
})

it('neither a credential, nor a text gets into the log, or to others', async () => {
  const gateway = await startTestGateway()
  const { url, lines } = gateway
  const { accessToken: token } = await gateway.register('ana', { password: `${canary}-password` })
  const { accessToken: stranger } = await gateway.register('eve')
  await signInWrongly(gateway)
  await putEverywhere(gateway, token)
  for (const path of [`/ws?token=${canary}`, `/livez?token=${canary}`, `/ws?token=${canary}&token=${canary}`]) {
    await refused(new WebSocket(`${url.replace('http', 'ws')}${path}`))
  }
  await refused(new WebSocket(`${url.replace('http', 'ws')}/ws`, ['bearer', canary]))
  const { answers, messageId, roomId } = await talk(gateway, token)
  await sendFrames(gateway, token, roomId)
  for (const path of [`/api/messages/${messageId}`, `/api/conversations/${roomId}/messages`, '/health', '/docs/json']) {
    answers.push(await gateway.call('GET', path, { token: stranger }))
  }
  await quoteInAnError(gateway, token)
  await gateway.close()

  expect(answers.filter(({ text }) => text.includes(canary))).toEqual([])
  expect(answersOf(gateway).length).toBeGreaterThan(40)
  expect(lines.filter((line) => line.includes('PrismaClientValidationError')).length).toBe(2)
  expect(lines.filter((line) => line.includes(canary) || line.includes(token))).toEqual([])
})

function answersOf({ lines }: TestGateway): LoggedAnswer[] {
  const logged = lines.map((line) => JSON.parse(line) as LoggedAnswer)
  return logged.filter(({ message }) => message === 'Answered a request')
}

async function signInWrongly({ call }: TestGateway): Promise<void> {
  const wrong = `${canary}-wrong`
  for (const login of ['ana', 'nobody', canary]) {
    await call('POST', '/api/auth/login', { body: { login, password: wrong } })
  }
  await call('POST', '/api/auth/login', { body: { login: 'ana', password: wrong, [canary]: canary } })
  await call('POST', '/api/auth/refresh', { body: { refreshToken: canary } })
  await call('POST', '/api/auth/password-reset', { body: { token: canary, password: wrong } })
  await call('POST', '/api/auth/register', { body: { username: canary, email: canary, password: wrong } })
}

/** In the path, the query, the headers and the body, of requests that are right, wrong and not even HTTP. */
async function putEverywhere({ call, url }: TestGateway, token: string): Promise<void> {
  const paths = [
    '/nope',
    '/api/nope',
    '/api/users',
    '/api/share-links',
    '/api/conversations',
    '/docs',
    '/api/auth/login',
  ]
  for (const path of paths) {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      await call(method, `${path}/${canary}?token=${canary}&refreshToken=${canary}`, { token: `${canary}.x.y` })
    }
    await call('GET', `${path}/${canary}`, { token })
  }
  await call('POST', `/api/share-links/${canary}/join`, { body: { displayName: canary, language: 'fr' } })
  await call('GET', `/api/users/%E0%A4%A?token=${canary}`)
  await call('GET', `/${canary.repeat(50)}`)
  const headers = { cookie: canary, 'x-request-id': `${canary} {}`, origin: `https://${canary}.example`, te: canary }
  await call('GET', '/livez', { headers })
  for (const body of [`{"password":"${canary}"`, `${canary}`, `{"__proto__":{"${canary}":1}}`, `"${canary}"`]) {
    await call('POST', '/api/auth/login', { body })
    await call('POST', '/api/auth/login', { body, headers: { 'content-type': `text/${canary}` } })
    await call('POST', '/api/auth/login', { body, headers: { 'content-encoding': canary } })
  }
  await call('POST', '/api/auth/login', { body: canary.repeat(10_000) })
  for (const text of [canary, `GET /${canary} HTTP/1.1\r\n${canary}\r\n\r\n`, `GET /?token=${canary} HTTP/9\r\n\r\n`]) {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname).on('error', () => {})
    socket.end(text).resume()
    await once(socket, 'close')
  }
}

/** A room with a message, changed, translated and failing; what strangers get to see of it comes later. */
async function talk({ call, messaging }: TestGateway, token: string) {
  const room = await call<{ id: string }>('POST', '/api/conversations', {
    token,
    body: { type: 'group', title: `${canary} title`, memberIds: [] },
  })
  const path = `/api/conversations/${room.body.id}/messages`
  const sent = await call<{ id: string }>('POST', path, { token, body: { content: `${canary} text` } })
  expect(sent.status).toBe(201)
  await call('PUT', `/api/messages/${sent.body.id}`, { token, body: { content: `${canary} edited` } })
  await call('GET', path, { token })
  await call('POST', '/api/translate', { token, body: { text: canary, targets: ['fr'] } })
  await call('POST', '/api/translate', { token, body: { text: canary, targets: [canary] } })
  const answers: Answer[] = [
    await call('POST', path, { token, body: { content: `${canary}${'\ud800'}` } }),
    await call('POST', path, { token, body: { content: canary.repeat(1_000) } }),
  ]
  await messaging.close()
  answers.push(await call('POST', path, { token, body: { content: `${canary} lost` } }))
  expect(answers.at(-1)?.status).toBe(503)
  return { answers, messageId: sent.body.id, roomId: room.body.id }
}

/** Frames that are right, wrong, and none at all. */
async function sendFrames({ url }: TestGateway, token: string, conversationId: string): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  await once(socket, 'open')
  const frames = [
    { type: 'auth', ref: 1, data: { token: canary } },
    { type: 'auth', ref: 2, data: { token } },
    { type: 'message.send', ref: 3, data: { conversationId, content: `${canary} frame` } },
    { type: canary, ref: canary, data: { [canary]: canary } },
  ]
  for (const frame of frames) socket.send(JSON.stringify(frame))
  socket.send(`{"type":"${canary}`)
  socket.send(Buffer.from(canary))
  socket.close(4000, canary)
  await refused(socket)
}

/** Prisma's own error, which quotes the query, as the failure of a request and as the cause of one. */
async function quoteInAnError({ context, call }: TestGateway, token: string): Promise<void> {
  const { user } = context.database
  const quote = () => user.findUnique({ where: { id: { nope: canary } } } as never)
  const wrap = () => quote().catch((cause) => Promise.reject(new Error('failed', { cause })))
  for (const findUnique of [quote, wrap]) {
    Object.assign(context.database, { user: { findUnique } })
    expect((await call('GET', `/api/users/${newId()}`, { token })).status).toBe(500)
  }
  Object.assign(context.database, { user })
}

/** Waits until the socket is gone, however it went. */
async function refused(socket: WebSocket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
  })
}
