import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startTestGateway, type TestGateway } from './support.js'

it('neither a token, nor a password, nor a text gets into the log', async () => {
  const gateway = await startTestGateway()
  const { lines, url } = gateway
  const canary = 'CANARY-7f3a'
  const { accessToken } = await gateway.register('ana', { password: `${canary}-password` })
  const login = { login: 'ana', password: `${canary}-wrong` }
  await gateway.call('POST', '/api/auth/login', { body: login })
  await gateway.call('POST', '/api/auth/login', { body: `{"password":"${canary}"` })
  await gateway.call('GET', `/ws?token=${canary}`)
  await gateway.call('GET', `/nope?token=${canary}`)
  await gateway.call('GET', `/api/users/me?token=${canary}`, { token: `${canary}.x.y` })
  await gateway.call('GET', `/api/users/%E0%A4%A?token=${canary}`)
  await refused(`${url.replace('http', 'ws')}/ws?token=${canary}`)
  await refused(`${url.replace('http', 'ws')}/livez?token=${canary}`)

  const room = await gateway.call<{ id: string }>('POST', '/api/conversations', {
    token: accessToken,
    body: { type: 'group', title: `${canary} title`, memberIds: [] },
  })
  const path = `/api/conversations/${room.body.id}/messages`
  const sent = await gateway.call('POST', path, { token: accessToken, body: { content: `${canary} text` } })
  expect(sent.status).toBe(201)
  await gateway.call('POST', '/api/translate', { token: accessToken, body: { text: canary, targets: ['fr'] } })
  await quoteInAnError(gateway, accessToken, canary)
  await gateway.close()

  expect(lines.filter((line) => line.includes('Answered a request')).length).toBeGreaterThan(8)
  expect(lines.filter((line) => line.includes('PrismaClientValidationError')).length).toBe(2)
  expect(lines.filter((line) => line.includes(canary) || line.includes(accessToken))).toEqual([])
})

/** Prisma's own error, which quotes the query, as the failure of a request and as the cause of one. */
async function quoteInAnError({ context, call }: TestGateway, token: string, canary: string): Promise<void> {
  const { user } = context.database
  const quote = () => user.findUnique({ where: { id: { nope: canary } } } as never)
  const wrap = () => quote().catch((cause) => Promise.reject(new Error('failed', { cause })))
  for (const findUnique of [quote, wrap]) {
    Object.assign(context.database, { user: { findUnique } })
    expect((await call('GET', '/api/users/me', { token })).status).toBe(500)
  }
  Object.assign(context.database, { user })
}

/** Waits until the socket is gone, however it went. */
async function refused(url: string): Promise<void> {
  const socket = new WebSocket(url)
  await new Promise<void>((resolve) => {
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
  })
}
