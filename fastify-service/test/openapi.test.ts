import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenApi } from '../src/plugins/openapi-document.js'
import { answerChecker } from './fuzz/checker.js'
import { type Endpoint, endpointsOf, openApiText, readOpenApiFile } from './openapi-file.js'
import { startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let document: OpenApi
let endpoints: Endpoint[]
beforeAll(async () => {
  gateway = await startTestGateway()
  document = (await gateway.call<OpenApi>('GET', '/docs/json')).body
  endpoints = endpointsOf(document)
})
afterAll(() => gateway.close())

describe('openapi.json', () => {
  it('says what the app says', () => {
    const hint = 'openapi.json is not what the app says: write it anew with `npm run openapi` in fastify-service'
    expect(JSON.parse(openApiText(gateway)), hint).toEqual(readOpenApiFile())
  })
})

describe('every operation', () => {
  it('has a name of its own', () => {
    const names = endpoints.map(({ operation }) => operation.operationId)
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    expect(names).toEqual(expect.arrayContaining(['login', 'listConversations', 'createConversationMessage', 'getMe']))
  })

  it('says what it does, for whom, and where it belongs', () => {
    const tags = document.tags.map(({ name }) => name)
    for (const { method, path, operation } of endpoints) {
      const where = `${method} ${path}`
      expect(operation.summary, where).toMatch(/^\S.{3,}/)
      expect(operation.description, where).toMatch(/For (anybody|whoever|users|administrators).*\.$/)
      expect(operation.tags?.length, where).toBe(1)
      expect(tags, where).toEqual(expect.arrayContaining(operation.tags))
    }
    for (const { description } of document.tags) expect(description.length).toBeGreaterThan(10)
  })

  it('describes the parts of its path', () => {
    for (const { path, operation } of endpoints) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
      for (const { description, name } of inPath) expect(description, `${path} ${name}`).toMatch(/\w+ \w+/)
    }
  })

  it('answers problems as problems, and something when it succeeds', () => {
    const problem = { schema: { $ref: '#/components/schemas/Problem' } }
    for (const { path, operation } of endpoints) {
      for (const status of ['4XX', '5XX']) {
        expect(operation.responses[status]?.content, path).toEqual({ 'application/problem+json': problem })
      }
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true)
    }
  })
})

describe('the examples', () => {
  it('stand beside every body and every answer', () => {
    for (const { media, where } of allMedia()) {
      const given = media.example !== undefined || media.examples !== undefined
      expect(given, `${where} has no example`).toBe(true)
    }
  })

  it('are what their schemas allow, with words of their own', () => {
    const check = answerChecker(document)
    for (const { media, where } of allMedia()) {
      const hint = `${where}: state \`examples\` in the schema of the field, or a word for its name in openapi-examples.ts`
      expect(check(media.schema, media.example), hint).toEqual([])
      expect(placeholders(media.example), hint).toEqual([])
    }
  })
})

function allMedia() {
  return endpoints.flatMap(({ method, path, operation }) => {
    const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))
    const bodies: Array<[string, (typeof answers)[0][1]['content']]> = [
      ['the body', operation.requestBody?.content],
      ...answers.map(([status, { content }]): [string, typeof content] => [status, content]),
    ]
    return bodies.flatMap(([part, content = {}]) =>
      Object.values(content).map((media) => ({ media, where: `${part} of ${method} ${path}` })),
    )
  })
}

/** The fields whose example could be anybody's. */
function placeholders(example: unknown, pointer = ''): string[] {
  if (example === 'text' && !pointer.endsWith('/messageType')) return [pointer]
  if (typeof example !== 'object' || example === null) return []
  return Object.entries(example).flatMap(([name, value]) => placeholders(value, `${pointer}/${name}`))
}
