import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jwtSecret, type Person, startTestGateway, type TestGateway } from './support.js'

const seconds = () => Math.floor(Date.now() / 1000)
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Forgery {
  alg?: string
  hash?: string
  secret?: string
  claims?: Record<string, unknown>
}

let gateway: TestGateway
let ana: Person
let ben: Person
let sound: Record<string, unknown>

beforeAll(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana')
  ben = await gateway.register('ben')
  sound = claimsOf(ana.accessToken)
})
afterAll(() => gateway.close())

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

function forge({ alg = 'HS256', hash = 'sha256', secret = jwtSecret, claims = {} }: Forgery): string {
  const input = `${encode({ alg, typ: 'JWT' })}.${encode({ ...sound, ...claims })}`
  const signature = alg === 'none' ? '' : createHmac(hash, secret).update(input).digest('base64url')
  return `${input}.${signature}`
}

function verify(token: string) {
  return gateway.call<{ code?: string }>('GET', '/api/auth/verify', { token })
}

describe('a token', () => {
  it('works when it is sound', async () => {
    expect((await verify(forge({}))).status).toBe(200)
    expect(Object.keys(sound).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'])
  })

  const cases: Array<[string, Forgery | (() => string), string]> = [
    ['with no signature', { alg: 'none' }, 'unauthenticated'],
    ['with alg none and a signature', () => forge({}).replace(/^[^.]+/, encode({ alg: 'none' })), 'unauthenticated'],
    ['of HS512', { alg: 'HS512', hash: 'sha512' }, 'unauthenticated'],
    ['of HS384', { alg: 'HS384', hash: 'sha384' }, 'unauthenticated'],
    ['of another secret', { secret: 'another-secret-of-the-tests-0123456789' }, 'unauthenticated'],
    ['of the empty secret', { secret: '' }, 'unauthenticated'],
    ['of another issuer', { claims: { iss: 'mallory' } }, 'unauthenticated'],
    ['for another audience', { claims: { aud: 'others' } }, 'unauthenticated'],
    ...['iss', 'aud', 'exp', 'iat', 'jti', 'sub', 'sid'].map((claim): [string, Forgery, string] => [
      `without ${claim}`,
      { claims: { [claim]: undefined } },
      'unauthenticated',
    ]),
    ['with an exp that is no number', { claims: { exp: '9999999999' } }, 'unauthenticated'],
    ['with a sub that is no text', { claims: { sub: ['x'] } }, 'unauthenticated'],
    ['with a sid that is no text', { claims: { sid: { contains: '' } } }, 'unauthenticated'],
    ['that is not valid yet', { claims: { nbf: seconds() + 60 } }, 'unauthenticated'],
    ['that expired 6 s ago', () => forge({ claims: { exp: seconds() - 6 } }), 'token_expired'],
    ['of a session that does not exist', { claims: { sid: 'nothing' } }, 'token_revoked'],
    ["of somebody else's session", () => forge({ claims: { sid: claimsOf(ben.accessToken).sid } }), 'token_revoked'],
    ['cut short', () => forge({}).slice(0, -2), 'unauthenticated'],
    ['of garbage', () => 'garbage', 'unauthenticated'],
  ]

  it.each(cases)('%s is refused', async (_, forgery, code) => {
    const answer = await verify(typeof forgery === 'function' ? forgery() : forge(forgery))
    expect(answer.status).toBe(401)
    expect(answer.body.code).toBe(code)
  })

  it('is let through by a clock that is 4 s ahead', async () => {
    expect((await verify(forge({ claims: { exp: seconds() - 4 } }))).status).toBe(200)
  })

  it('ends with its session, whatever it says itself', async () => {
    const { accessToken } = await gateway.register('late')
    const id = String(claimsOf(accessToken).sid)
    const expiresAt = new Date(Date.now() - 6_000)
    await gateway.context.database.session.update({ where: { id }, data: { expiresAt } })
    expect((await verify(accessToken)).body.code).toBe('token_expired')
  })

  it('is taken from the authorization header only', async () => {
    expect((await gateway.fail('GET', `/api/auth/verify?token=${ana.accessToken}`)).status).toBe(401)
    const headers = { authorization: `Basic ${ana.accessToken}` }
    expect((await gateway.fail('GET', '/api/auth/verify', { headers })).status).toBe(401)
  })
})
