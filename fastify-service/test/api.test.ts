import { problemKinds } from '@meeshy/shared/problems'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auth } from '../src/plugins/auth.js'
import { startTestGateway, type TestGateway } from './support.js'

interface Operation {
  security?: object[]
}

interface OpenApi {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { properties: Record<string, { enum?: string[] }> }> }
}

let gateway: TestGateway
let document: OpenApi
let operations: Array<[string, string, Operation]>
beforeAll(async () => {
  gateway = await startTestGateway({ CORS_ORIGINS: 'https://chat.example, https://other.example' })
  document = (await gateway.call<OpenApi>('GET', '/docs/json')).body
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
  )
})
afterAll(() => gateway.close())

describe('the API', () => {
  it('is described by OpenAPI 3.1, with the closed list of problems', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.components.schemas.Problem?.properties.code?.enum).toEqual(Object.keys(problemKinds))
  })

  it('asks for a token wherever it does not say otherwise', async () => {
    for (const [method, path, { security }] of operations) {
      const answer = await gateway.call(method.toUpperCase(), path.replace('{id}', 'x'))
      expect(answer.status === 401, `${method} ${path}`).toBe(security !== undefined)
    }
  })

  it('does not start with a route that says nothing', async () => {
    const app = Fastify()
    await app.register(auth(gateway.context))
    expect(() => app.get('/open', async () => 'come in')).toThrow('config.policy')
  })

  it('has pages for people', async () => {
    const page = await gateway.call('GET', '/docs/')
    expect(page.status).toBe(200)
    expect(page.text).toContain('swagger-ui')
  })

  it('is found with and without a slash at the end', async () => {
    for (const path of ['/api/conversations', '/api/conversations/']) {
      expect((await gateway.fail('GET', path)).status).toBe(401)
    }
  })
})

describe('web sites', () => {
  it('may read when they are listed', async () => {
    const read = (origin: string) => gateway.call('GET', '/livez', { headers: { origin } })
    const allowed = await read('https://chat.example')
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://chat.example')
    const foreign = await read('https://evil.example')
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('may ask first', async () => {
    const headers = { origin: 'https://chat.example', 'access-control-request-method': 'PUT' }
    const answer = await gateway.call('OPTIONS', '/api/users/me', { headers })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-methods')).toContain('PUT')
  })

  it('get headers that keep them in bounds', async () => {
    const { headers } = await gateway.call('GET', '/livez')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-powered-by')).toBeNull()
  })
})
