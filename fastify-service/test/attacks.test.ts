import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import { type Reply, WireClient } from './fuzz/wire.js'
import { type Person, password, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let wire: WireClient
let ana: Person
let ben: Person
let room: string
beforeAll(async () => {
  gateway = await startTestGateway()
  wire = new WireClient(gateway.url)
  ana = await gateway.register('ana')
  ben = await gateway.register('ben')
  const body = { type: 'group', title: 'Room', memberIds: [ben.user.id] }
  room = (await gateway.call<Conversation>('POST', '/api/conversations', { token: ana.accessToken, body })).body.id
})
afterAll(async () => {
  wire.close()
  await gateway.close()
})

interface Attack {
  method?: string
  path: string
  type?: string
  body?: string | Buffer
  headers?: Record<string, string>
  /** Without a token. */
  anonymous?: boolean
}

/** Sends it as Ana; `:room` and `:ben` stand for ids. */
async function send({ method = 'GET', path, type, body, headers, anonymous }: Attack): Promise<Reply> {
  const ids = path.replace(':room', room).replace(':ben', ben.user.id)
  const given = type ?? (body === undefined ? undefined : 'application/json')
  const request = { method, path: ids, ...(given && { type: given }), ...(body !== undefined && { body }) }
  return wire.send({ ...request, ...(headers && { headers }) }, anonymous ? null : ana.accessToken)
}

async function expectAnswer(attack: Attack, status: number, code?: string): Promise<void> {
  const reply = await send(attack)
  expect(reply.status, reply.text).toBe(status)
  if (status < 400) return
  const problem = JSON.parse(reply.text) as { code: string; status: number }
  expect(reply.type).toMatch(/^application\/problem\+json/)
  expect(problem.status).toBe(status)
  if (code) expect(problem.code).toBe(code)
  expect(reply.text).not.toMatch(/node_modules|\.ts:|prisma|SELECT|FST_/i)
}

const login = (body: Attack['body'], type?: string): Attack => ({
  method: 'POST',
  path: '/api/auth/login',
  anonymous: true,
  ...(body !== undefined && { body }),
  ...(type !== undefined && { type }),
})
const message = (body: string): Attack => ({ method: 'POST', path: '/api/conversations/:room/messages', body })
const profile = (body: string): Attack => ({ method: 'PUT', path: '/api/users/me', body })
const credentials = `{"login":"ana","password":"${password}"}`
const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding)
const nested = (depth: number) => `{"login":${'['.repeat(depth)}${']'.repeat(depth)},"password":"x"}`
const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

describe('fields that are not for clients', () => {
  const fields: Record<string, unknown> = {
    id: 'chosen',
    role: 'ADMIN',
    isAdmin: true,
    admin: true,
    password: 'another secret of mine',
    passwordHash: 'x',
    usernameKey: 'root',
    emailKey: 'x@example.org',
    deactivatedAt: null,
    erasedAt: null,
    createdAt: '2000-01-01T00:00:00.000Z',
    createdById: 'x',
    seq: 1_000_000,
    revision: 7,
    senderId: 'x',
    messageType: 'system',
    deletedAt: null,
    version: 99,
    lastActivityAt: '2999-01-01T00:00:00.000Z',
    directKey: 'a:b',
    userId: 'x',
    sessions: [],
  }
  const routes: Array<[string, string, string, Record<string, unknown>]> = [
    ['profile', 'PUT', '/api/users/me', { displayName: 'Ana' }],
    ['message', 'POST', '/api/conversations/:room/messages', { content: 'Hi' }],
    ['conversation', 'POST', '/api/conversations', { type: 'group', title: 'Mine', memberIds: [] }],
    ['change of a conversation', 'PUT', '/api/conversations/:room', { title: 'Room' }],
    ['settings', 'PUT', '/api/conversations/:room/settings', { autoTranslate: true }],
    ['preview', 'POST', '/api/translate', { text: 'Hi', targets: ['fr'] }],
    ['read mark', 'POST', '/api/conversations/:room/read', { seq: 0 }],
  ]

  it.each(routes)('are refused in a %s, each of them', async (_, method, path, body) => {
    const before = await everything()
    for (const [name, value] of Object.entries(fields)) {
      if (name in body) continue
      await expectAnswer({ method, path, body: JSON.stringify({ ...body, [name]: value }) }, 400, 'validation_failed')
    }
    expect(await everything()).toEqual(before)
  })

  it('are refused when somebody registers', async () => {
    const before = await everything()
    for (const [name, value] of Object.entries(fields)) {
      if (name === 'password') continue
      const body = { username: 'mallory', email: 'mallory@example.org', password, [name]: value }
      const attack = { method: 'POST', path: '/api/auth/register', body: JSON.stringify(body), anonymous: true }
      await expectAnswer(attack, 400, 'validation_failed')
    }
    expect(await everything()).toEqual(before)
  })

  /** All that these routes could have changed. */
  async function everything() {
    const { user, conversation, conversationMember } = gateway.context.database
    return {
      people: await user.findMany({ orderBy: { id: 'asc' } }),
      rooms: await conversation.findMany({ orderBy: { id: 'asc' } }),
      members: await conversationMember.findMany({ orderBy: [{ conversationId: 'asc' }, { userId: 'asc' }] }),
      sent: (await send({ path: '/api/conversations/:room/messages' })).text,
    }
  }
})

describe('prototypes', () => {
  const cases: Array<[string, Attack, number]> = [
    ['__proto__ in a body', profile('{"__proto__":{"polluted":1}}'), 400],
    ['__proto__ with escapes', profile('{"\\u005f_proto__":{"polluted":1}}'), 400],
    ['__proto__ deep inside', profile('{"displayName":{"a":[{"__proto__":{"polluted":1}}]}}'), 400],
    ['constructor.prototype', profile('{"constructor":{"prototype":{"polluted":1}}}'), 400],
    ['a field named constructor', profile('{"constructor":"x"}'), 400],
    ['a field named hasOwnProperty', profile('{"hasOwnProperty":1}'), 400],
    ['a field named toString', profile('{"toString":1}'), 400],
    ['__proto__ in a query', { path: '/api/conversations?__proto__=1' }, 400],
    ['__proto__[polluted] in a query', { path: '/api/conversations?__proto__[polluted]=1' }, 400],
    ['constructor in a query', { path: '/api/conversations?constructor=1' }, 400],
    ['__proto__ as an id', { path: '/api/users/__proto__' }, 404],
    ['constructor as an id', { path: '/api/conversations/constructor' }, 404],
  ]
  it.each(cases)('%s', async (_, attack, status) => {
    await expectAnswer(attack, status)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})

describe('bodies', () => {
  const cases: Array<[string, Attack, number, string?]> = [
    ['a field twice', login(`{"login":"ben","login":"ana","password":"${password}"}`), 400, 'bad_request'],
    ['a field twice, once escaped', login(`{"login":"ben","\\u006cogin":"ana","password":"x"}`), 400, 'bad_request'],
    ['a field twice inside', profile('{"displayName":{"a":1,"a":2}}'), 400, 'bad_request'],
    ['10,000 lists in each other', login(nested(10_000)), 400, 'validation_failed'],
    ['10,000 objects in each other', login(deep(10_000)), 400, 'validation_failed'],
    ['30,000 brackets that never close', login('['.repeat(30_000)), 400, 'bad_request'],
    ['1e400', { method: 'POST', path: '/api/conversations/:room/read', body: '{"seq":1e400}' }, 400],
    ['-1e400', { method: 'POST', path: '/api/conversations/:room/read', body: '{"seq":-1e400}' }, 400],
    ['2^53 + 1', { method: 'POST', path: '/api/conversations/:room/read', body: '{"seq":9007199254740993}' }, 400],
    ['2^31', { method: 'POST', path: '/api/conversations/:room/read', body: '{"seq":2147483648}' }, 400],
    ['-0', { method: 'POST', path: '/api/conversations/:room/read', body: '{"seq":-0}' }, 200],
    ['NaN', { method: 'POST', path: '/api/conversations/:room/read', body: '{"seq":NaN}' }, 400, 'bad_request'],
    ['a number as text', { method: 'POST', path: '/api/conversations/:room/read', body: '{"seq":"1"}' }, 400],
    ['0x10', { method: 'POST', path: '/api/conversations/:room/read', body: '{"seq":0x10}' }, 400, 'bad_request'],
    ['a half', { method: 'POST', path: '/api/conversations/:room/read', body: '{"seq":0.5}' }, 400],
    ['a list for a text', message('{"content":["Hi"]}'), 400, 'validation_failed'],
    ['an object for a text', login('{"login":{"$ne":null},"password":{"$ne":null}}'), 400, 'validation_failed'],
    ['null for a text', message('{"content":null}'), 400, 'validation_failed'],
    ['a lone surrogate', message('{"content":"\\ud800"}'), 400],
    ['U+0000', message('{"content":"a\\u0000b"}'), 400],
    ['JSON with a comment', login(`${credentials}/**/`), 400, 'bad_request'],
    ['JSON with a comma too much', login('{"login":"ana","password":"x",}'), 400, 'bad_request'],
    ['two values', login(`${credentials}${credentials}`), 400, 'bad_request'],
    ['a number alone', login('1'), 400, 'validation_failed'],
    ['null alone', login('null'), 400, 'validation_failed'],
    ['nothing', login(''), 400, 'validation_failed'],
    ['spaces', login('   '), 400, 'bad_request'],
    ['bytes that are no UTF-8', login(bytes('7b226c6f67696e223a22ff227d', 'hex')), 400, 'bad_request'],
    ['overlong UTF-8', login(bytes('7b226c6f67696e223a22c0ae227d', 'hex')), 400, 'bad_request'],
    ['a mark for the order of bytes, which is skipped', login(`\ufeff${credentials}`), 200],
    ['UTF-16', login(bytes(credentials, 'utf16le')), 400],
    ['64 KiB and one byte', login(`"${'x'.repeat(64 * 1024 - 1)}"`), 413, 'too_large'],
    ['a body on GET, which is not read', { path: '/api/users/me', body: '{"role":' }, 200],
  ]
  it.each(cases)('%s', async (_, attack, status, code) => {
    await expectAnswer(attack, status, code)
  })
})

describe('media types', () => {
  const cases: Array<[string, string, number]> = [
    ['plain text', 'text/plain', 415],
    ['a form', 'application/x-www-form-urlencoded', 415],
    ['a form in parts', 'multipart/form-data; boundary=x', 415],
    ['XML', 'application/xml', 415],
    ['JSON in Latin 1', 'application/json; charset=latin1', 415],
    ['JSON in UTF-16', 'application/json; charset="utf-16"', 415],
    ['JSON in UTF-7, after another parameter', 'application/json; v=1; charset=utf-7', 415],
    ['JSON of some kind', 'application/problem+json', 415],
    ['text that mentions JSON', 'text/plain; application/json', 415],
    ['what is no media type', 'x', 415],
    ['JSON in UTF-8', 'application/json; charset=utf-8', 200],
    ['JSON in capitals', 'Application/JSON;Charset="UTF-8"', 200],
  ]
  it.each(cases)('%s', async (_, type, status) => {
    await expectAnswer(login(credentials, type), status, status === 415 ? 'media_type_unsupported' : undefined)
  })

  it('a body without one', async () => {
    const head = `POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: ${credentials.length}\r\nconnection: close`
    expect(await raw(`${head}\r\n\r\n${credentials}`)).toMatch(/^HTTP\/1\.1 415 /)
  })
})

describe('paths', () => {
  const cases: Array<[string, string, number]> = [
    ['two slashes', '//api/users/me', 404],
    ['two slashes inside', '/api//users/me', 404],
    ['a dot', '/api/./users/me', 404],
    ['two dots', '/api/users/x/../me', 404],
    ['escaped dots', '/api/users/%2e%2e/me', 404],
    ['an escaped slash', '/api%2fusers/me', 404],
    ['an escaped slash in an id', '/api/users/..%2fme', 404],
    ['a backslash', '/api/users\\me', 404],
    ['U+0000', '/api/users/%00', 404],
    ['U+0000 behind an id', '/api/conversations/:room%00', 404],
    ['a semicolon', '/api/users/me;x=1', 404],
    ['a semicolon behind an id', '/api/conversations/:room;x', 404],
    ['overlong UTF-8', '/api/users/%c0%ae%c0%ae', 400],
    ['half an escape', '/api/users/%2', 400],
    ['an escape twice', '/api/users/%252e', 404],
    ['capitals', '/API/USERS/ME', 404],
    ['a dot at the end', '/api/users/me.', 404],
    ['an ending', '/api/users/me.json', 404],
    ['a space at the end', '/api/users/me%20', 404],
    ['a star', '/api/users/*', 404],
    ['a parameter as it is written in the code', '/api/users/:id', 404],
    ['an id of 5,000 characters', `/api/users/${'x'.repeat(5_000)}`, 404],
    ['a path of 20,000 characters', `/${'x'.repeat(20_000)}`, 413],
    ['SQL', "/api/users/x'%20OR%201=1--", 404],
    ['a wildcard', '/api/users/%25', 404],
  ]
  it.each(cases)('%s', async (_, path, status) => {
    await expectAnswer({ path }, status)
  })

  it('with a fragment or a whole address do not get around the token', async () => {
    for (const path of ['/api/users/me#x', `${gateway.url}/api/users/me`]) {
      expect((await send({ path, anonymous: true })).status).toBeGreaterThanOrEqual(400)
    }
  })
})

describe('queries', () => {
  const position = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const cases: Array<[string, string, number]> = [
    ['a list in brackets', 'limit[]=5', 400],
    ['a limit twice', 'limit=1&limit=2', 400],
    ['an exponent', 'limit=1e2', 400],
    ['a plus, which is a space', 'limit=+5', 400],
    ['an escaped plus', 'limit=%2B5', 400],
    ['a hexadecimal number', 'limit=0x10', 400],
    ['a fraction', 'limit=5.0', 400],
    ['zeros in front', 'limit=005', 400],
    ['minus zero', 'limit=-0', 400],
    ['nothing', 'limit=', 400],
    ['no value', 'limit', 400],
    ['zero', 'limit=0', 400],
    ['too much', 'limit=201', 400],
    ['more than a number holds', 'limit=99999999999999999999', 400],
    ['digits of another script', 'limit=%D9%A5', 400],
    ['another case', 'Limit=5', 400],
    ['a field that is not known', 'where=1', 400],
    ['a cursor that is none', 'cursor=abc', 400],
    ['a cursor twice', 'cursor=a&cursor=b', 400],
    ['an empty cursor', 'cursor=', 400],
    ['a cursor of another kind of list', `cursor=${position('ana')}`, 400],
    ['a cursor with an id of another type', `cursor=${position({ at: 1, id: { not: '' } })}`, 400],
    ['a cursor with a time beyond time', `cursor=${position({ at: 1e300, id: 'x' })}`, 400],
    ['a cursor that is too long', `cursor=${'a'.repeat(600)}`, 400],
    ['a fair limit', 'limit=5', 200],
  ]
  it.each(cases)('%s', async (_, query, status) => {
    await expectAnswer(
      { path: `/api/conversations?${query}` },
      status,
      status === 400 ? 'validation_failed' : undefined,
    )
  })

  it('a token in the address is not read', async () => {
    const path = `/api/users/me?token=${ana.accessToken}&access_token=${ana.accessToken}`
    await expectAnswer({ path, anonymous: true }, 401, 'unauthenticated')
  })
})

describe('headers', () => {
  const bearer = () => ({ authorization: `Bearer ${ana.accessToken}` })
  const cases: Array<[string, () => Attack, number]> = [
    ['another method by X-HTTP-Method-Override', () => override('x-http-method-override'), 405],
    ['another method by X-Method-Override', () => override('x-method-override'), 405],
    ['another path by X-Original-URL', () => elsewhere('x-original-url'), 401],
    ['another path by X-Rewrite-URL', () => elsewhere('x-rewrite-url'), 401],
    [
      'an identity by X-User-Id',
      () => ({ path: '/api/users/me', anonymous: true, headers: { 'x-user-id': ana.user.id } }),
      401,
    ],
    [
      'an identity by X-Forwarded-User',
      () => ({ path: '/api/users/me', anonymous: true, headers: { 'x-forwarded-user': 'ana' } }),
      401,
    ],
    [
      'the token in a cookie',
      () => ({ path: '/api/users/me', anonymous: true, headers: { cookie: `token=${ana.accessToken}` } }),
      401,
    ],
    ['another host', () => ({ path: '/api/users/me', headers: { host: 'evil.example' } }), 200],
    [
      'a host of another machine',
      () => ({ path: '/livez', anonymous: true, headers: { host: '169.254.169.254' } }),
      200,
    ],
    [
      'two tokens in one',
      () => ({
        path: '/api/users/me',
        anonymous: true,
        headers: { authorization: `${bearer().authorization}, Bearer x` },
      }),
      401,
    ],
    [
      'another scheme',
      () => ({ path: '/api/users/me', anonymous: true, headers: { authorization: `Basic ${ana.accessToken}` } }),
      401,
    ],
    ['headers of 20 KiB', () => ({ path: '/livez', headers: { 'x-long': 'x'.repeat(20_000) } }), 413],
  ]
  it.each(cases)('%s', async (_, attack, status) => {
    await expectAnswer(attack(), status)
    expect(await gateway.context.database.conversation.count({ where: { id: room } })).toBe(1)
  })

  const override = (name: string): Attack => ({
    method: 'PATCH',
    path: '/api/conversations/:room',
    headers: { [name]: 'DELETE' },
  })
  const elsewhere = (name: string): Attack => ({
    path: '/api/users/me',
    anonymous: true,
    headers: { [name]: '/livez' },
  })

  it('X-Forwarded-For makes nobody local or remote', async () => {
    const operator = JSON.parse((await send({ path: '/health', anonymous: true })).text) as object
    const spoofed = await send({ path: '/health', anonymous: true, headers: { 'x-forwarded-for': '127.0.0.1' } })
    expect(operator).toHaveProperty('database')
    expect(JSON.parse(spoofed.text)).not.toHaveProperty('database')
    const foreign = await send({ path: '/health', anonymous: true, headers: { host: 'evil.example' } })
    expect(JSON.parse(foreign.text)).not.toHaveProperty('database')
  })

  it('a host that is not ours appears in no answer', async () => {
    for (const path of ['/docs', '/docs/', '/nope', '/api/users/me/']) {
      const reply = await send({ path, headers: { host: 'evil.example' } })
      expect(reply.text).not.toContain('evil.example')
    }
  })

  it.each([
    ['a length and chunks', 'content-length: 4\r\ntransfer-encoding: chunked'],
    ['two lengths', 'content-length: 4\r\ncontent-length: 5'],
    ['a length below zero', 'content-length: -1'],
    ['a length with a plus', 'content-length: +4'],
    ['chunks in two words', 'transfer-encoding: chunked, identity'],
    ['a folded header', 'x-a: 1\r\n 2\r\ncontent-length: 0'],
    ['a space before the colon', 'content-length : 4'],
  ])('%s', async (_, lines) => {
    const head = `POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n${lines}`
    expect(await raw(`${head}\r\n\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 [\s\S]*problem\+json/)
  })
})

/** What comes back for bytes that no client would send. */
function raw(text: string): Promise<string> {
  const { port } = new URL(gateway.url)
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text))
    socket.on('data', (data) => {
      received += data
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
  })
}
