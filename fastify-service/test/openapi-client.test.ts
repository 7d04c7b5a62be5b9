import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openApiFile } from './openapi-file.js'
import { password, startTestGateway, type TestGateway } from './support.js'

/** What a client developer would write first. */
const program = `
import createClient from 'openapi-fetch'
import type { components, paths } from './api.js'

const [baseUrl = '', login = '', password = '', otherId = ''] = process.argv.slice(2)
const client = createClient<paths>({ baseUrl })

const signedIn = await client.POST('/api/auth/login', { body: { login, password } })
if (!signedIn.data) throw new Error(signedIn.error.code)
const headers = { authorization: 'Bearer ' + signedIn.data.accessToken }

const made = await client.POST('/api/conversations', { headers, body: { type: 'direct', memberIds: [otherId] } })
const listed = await client.GET('/api/conversations', { headers, params: { query: { limit: 10 } } })
const room: components['schemas']['ListedConversation'] | undefined = listed.data?.data[0]
if (!room || room.id !== made.data?.id) throw new Error('the conversation is not in the list')

const path = { id: room.id }
const sent = await client.POST('/api/conversations/{id}/messages', { headers, params: { path }, body: { content: 'Hi' } })
const seq: number | undefined = sent.data?.seq
const refused = await client.POST('/api/conversations/{id}/messages', {
  headers,
  params: { path },
  // @ts-expect-error the field is called content
  body: { text: 'Hi' },
})
const code: 'validation_failed' | undefined = refused.error?.code === 'validation_failed' ? refused.error.code : undefined

// @ts-expect-error there is no such path
const absent = await client.GET('/api/nothing', { headers })
// @ts-expect-error a message has no such field
void sent.data?.subject
console.log(JSON.stringify({ seq, code, absent: absent.response.status }))
`

let gateway: TestGateway
let folder: string
beforeAll(async () => {
  gateway = await startTestGateway()
  folder = mkdtempSync(join(tmpdir(), 'meeshy-client-'))
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'program.ts'), program)
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await gateway.close()
})

it('a typed client is made from openapi.json, compiles, and works', async () => {
  const nodes = await openapiTS(new URL(`file://${openApiFile}`), { silent: true })
  writeFileSync(join(folder, 'api.ts'), astToString(nodes))
  expect(compile(join(folder, 'program.ts'))).toEqual([])

  await gateway.register('ana')
  const { user } = await gateway.register('ben')
  const args = [join(folder, 'program.js'), gateway.url, 'ana', password, user.id]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(JSON.parse(stdout)).toEqual({ seq: 1, code: 'validation_failed', absent: 404 })
})

/** Compiles to JavaScript beside it; what the compiler says, if anything. */
function compile(file: string): string[] {
  const compiled = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [fileURLToPath(new URL('../../node_modules/@types', import.meta.url))],
  })
  const { diagnostics } = compiled.emit()
  return [...ts.getPreEmitDiagnostics(compiled), ...diagnostics].map(({ file: where, start, messageText }) => {
    const line = where && start !== undefined ? where.getLineAndCharacterOfPosition(start).line + 1 : 0
    return `${where?.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}
