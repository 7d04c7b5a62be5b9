import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jwtSecret, type Person, startTestGateway, type TestGateway } from './support.js'

const seconds = () => Math.floor(Date.now() / 1000)
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Forgery {
  alg?: string
  header?: Record<string, unknown>
  hash?: string
  secret?: string
  claims?: Record<string, unknown>
}

let gateway: TestGateway
let ana: Person
let ben: Person
let ended: Person
let erased: Person
let deactivated: Person
let refreshHash: string
let sound: Record<string, unknown>

beforeAll(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana')
  ben = await gateway.register('ben')
  sound = claimsOf(ana.accessToken)
  ended = await gateway.register('ended')
  await gateway.call('POST', '/api/auth/logout', { token: ended.accessToken })
  const { session, user } = gateway.context.database
  erased = await gateway.register('erased')
  await user.delete({ where: { id: erased.user.id } })
  deactivated = await gateway.register('deactivated')
  await user.update({ where: { id: deactivated.user.id }, data: { deactivatedAt: new Date() } })
  refreshHash = (await session.findFirstOrThrow({ where: { userId: ana.user.id } })).refreshHash ?? ''
})
afterAll(() => gateway.close())

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

function forge({ alg = 'HS256', header = {}, hash = 'sha256', secret = jwtSecret, claims = {} }: Forgery): string {
  const input = `${encode({ alg, typ: 'JWT', ...header })}.${encode({ ...sound, ...claims })}`
  const signature = alg.toLowerCase() === 'none' ? '' : createHmac(hash, secret).update(input).digest('base64url')
  return `${input}.${signature}`
}

function verify(token: string) {
  return gateway.call<{ code?: string }>('GET', '/api/auth/verify', { token })
}

/** The status for a request with so many authorization headers. */
async function statusWith(authorization: string[]): Promise<number | undefined> {
  const headers = ['host', 'localhost', ...authorization.flatMap((value) => ['authorization', value])]
  const request = get(`${gateway.url}/api/auth/verify`, { headers })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

describe('a token', () => {
  it('works when it is sound', async () => {
    expect((await verify(forge({}))).status).toBe(200)
    expect(Object.keys(sound).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'])
  })

  const wrongTypes = [null, true, 7, 'x', [], ['x'], {}, { contains: '' }]
  const jwk = { kty: 'oct', k: Buffer.from('mallory').toString('base64url') }

  const cases: Array<[string, Forgery | (() => string), string]> = [
    ...['none', 'None', 'NONE', 'nOnE'].map((alg): [string, Forgery, string] => [
      `with alg ${alg} and no signature`,
      { alg },
      'unauthenticated',
    ]),
    ['with alg none and a signature', () => forge({}).replace(/^[^.]+/, encode({ alg: 'none' })), 'unauthenticated'],
    ['with no signature', () => forge({}).replace(/[^.]+$/, ''), 'unauthenticated'],
    ['with no algorithm', { header: { alg: undefined } }, 'unauthenticated'],
    ['of HS512', { alg: 'HS512', hash: 'sha512' }, 'unauthenticated'],
    ['of HS384', { alg: 'HS384', hash: 'sha384' }, 'unauthenticated'],
    ['of HS256 that is signed with SHA-512', { hash: 'sha512' }, 'unauthenticated'],
    ['that says RS256, with our secret as its key', { alg: 'RS256' }, 'unauthenticated'],
    ['that says ES256, with our secret as its key', { alg: 'ES256' }, 'unauthenticated'],
    ['in lower case, hs256', { alg: 'hs256' }, 'unauthenticated'],
    ['of another secret', { secret: 'another-secret-of-the-tests-0123456789' }, 'unauthenticated'],
    ['of the empty secret', { secret: '' }, 'unauthenticated'],
    ['of our secret with a line break', { secret: `${jwtSecret}\n` }, 'unauthenticated'],
    ['that brings its key', { header: { jwk }, secret: 'mallory' }, 'unauthenticated'],
    ['that says where its key is', { header: { jku: 'http://127.0.0.1:9/keys' }, secret: 'x' }, 'unauthenticated'],
    ['that names a file as its key', { header: { kid: '../../../../dev/null' }, secret: '' }, 'unauthenticated'],
    ['that names a key', { header: { kid: "x' UNION SELECT 'mallory" }, secret: 'mallory' }, 'unauthenticated'],
    ['with a certificate', { header: { x5u: 'http://127.0.0.1:9/', x5c: ['x'] } }, 'unauthenticated'],
    ['that wants to be understood', { header: { crit: ['b64'], b64: false } }, 'unauthenticated'],
    ['of another type', { header: { typ: 'at+jwt' } }, 'unauthenticated'],
    ['of another issuer', { claims: { iss: 'mallory' } }, 'unauthenticated'],
    ['for another audience', { claims: { aud: 'others' } }, 'unauthenticated'],
    ['for several audiences', { claims: { aud: ['others', 'meeshy-clients'] } }, 'unauthenticated'],
    ['of several issuers', { claims: { iss: ['meeshy', 'mallory'] } }, 'unauthenticated'],
    ...['iss', 'aud', 'exp', 'iat', 'jti', 'sub', 'sid'].map((claim): [string, Forgery, string] => [
      `without ${claim}`,
      { claims: { [claim]: undefined } },
      'unauthenticated',
    ]),
    ['with an exp that is no number', { claims: { exp: '9999999999' } }, 'unauthenticated'],
    ['with an exp that is no date', { claims: { exp: 1e20 } }, 'unauthenticated'],
    ['with an exp in milliseconds', { claims: { exp: Date.now() * 1000 } }, 'unauthenticated'],
    ['with a claim that is not ours', { claims: { role: 'ADMIN' } }, 'unauthenticated'],
    ['with a sub that is no text', { claims: { sub: ['x'] } }, 'unauthenticated'],
    ['with a sid that is no text', { claims: { sid: { contains: '' } } }, 'unauthenticated'],
    ['that is not valid yet', { claims: { nbf: seconds() + 60 } }, 'unauthenticated'],
    ['that is made tomorrow', { claims: { iat: seconds() + 86_400 } }, 'unauthenticated'],
    ['that expired 6 s ago', () => forge({ claims: { exp: seconds() - 6 } }), 'token_expired'],
    ['that expired in 1970', () => forge({ claims: { exp: 0 } }), 'token_expired'],
    ['of a session that does not exist', { claims: { sid: 'nothing' } }, 'token_revoked'],
    ['of the empty session', { claims: { sid: '' } }, 'token_revoked'],
    ["of somebody else's session", () => forge({ claims: { sid: claimsOf(ben.accessToken).sid } }), 'token_revoked'],
    ["in somebody else's name", () => forge({ claims: { sub: ben.user.id } }), 'token_revoked'],
    ['in the name of nobody', { claims: { sub: 'nobody' } }, 'token_revoked'],
    ['cut short', () => forge({}).slice(0, -2), 'unauthenticated'],
    ['of two parts', () => forge({}).split('.').slice(0, 2).join('.'), 'unauthenticated'],
    ['with a dot at the end', () => `${forge({})}.`, 'unauthenticated'],
    ['with many dots at the end', () => `${forge({})}...`, 'unauthenticated'],
    ['of five parts', () => `${forge({})}.x.y`, 'unauthenticated'],
    ['twice', () => `${forge({})}${forge({})}`, 'unauthenticated'],
    ['with padding', () => `${forge({})}=`, 'unauthenticated'],
    ['in other letters', () => forge({}).toLowerCase(), 'unauthenticated'],
    ['with letters beyond ASCII', () => `${forge({}).slice(0, -1)}\u00e9`, 'unauthenticated'],
    ['that is very long', () => `${forge({})}${'A'.repeat(12_000)}`, 'unauthenticated'],
    ['that claims very much', { claims: { jti: 'x'.repeat(9_000) }, secret: 'mallory' }, 'unauthenticated'],
    ['of garbage', () => 'garbage', 'unauthenticated'],
    ['of dots', () => '..', 'unauthenticated'],
    ['that is null', () => 'null', 'unauthenticated'],
    ['that is a refresh token', () => ana.refreshToken, 'unauthenticated'],
    ['that is the hash of a refresh token', () => refreshHash, 'unauthenticated'],
    ['that was signed out', () => ended.accessToken, 'token_revoked'],
    ['of somebody who is gone', () => erased.accessToken, 'token_revoked'],
    ['of somebody who was deactivated', () => deactivated.accessToken, 'token_revoked'],
  ]

  it.each(cases)('%s is refused', async (_, forgery, code) => {
    const answer = await verify(typeof forgery === 'function' ? forgery() : forge(forgery))
    expect(answer.status).toBe(401)
    expect(answer.body.code).toBe(code)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  it.each(['iss', 'aud', 'exp', 'iat', 'jti', 'sub', 'sid'])('is refused with a %s of a wrong type', async (claim) => {
    for (const value of wrongTypes) {
      // For these two any text or number is of the right type.
      if (value === 'x' && ['jti', 'sub', 'sid'].includes(claim)) continue
      if (value === 7 && ['exp', 'iat'].includes(claim)) continue
      const answer = await verify(forge({ claims: { [claim]: value } }))
      expect([value, answer.status]).toEqual([value, 401])
    }
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
    for (const given of ['access_token', 'token', 'authorization']) {
      const headers = { 'content-type': 'application/json', cookie: `${given}=${ana.accessToken}` }
      const options = { headers, body: { [given]: ana.accessToken } }
      expect((await gateway.fail('POST', '/api/auth/logout', options)).status).toBe(401)
    }
  })

  it.each([
    ['no scheme', (token: string) => token],
    ['another scheme', (token: string) => `Basic ${token}`],
    ['the scheme twice', (token: string) => `Bearer Bearer ${token}`],
    ['nothing after the scheme', () => 'Bearer '],
    ['no space', (token: string) => `Bearer${token}`],
    ['two tokens', (token: string) => `Bearer ${token}, Bearer ${token}`],
    ['a quoted token', (token: string) => `Bearer "${token}"`],
  ])('is not taken with %s', async (_, write) => {
    const headers = { authorization: write(ana.accessToken) }
    expect((await gateway.fail('GET', '/api/auth/verify', { headers })).status).toBe(401)
  })

  it('may be announced in small letters', async () => {
    const say = async (token: string) =>
      (await gateway.call('GET', '/api/auth/verify', { headers: { authorization: `bearer ${token}` } })).status
    expect([await say(ana.accessToken), await say(forge({ secret: 'mallory' }))]).toEqual([200, 401])
  })

  it('is refused when there are two', async () => {
    const [sound, forged] = [ana.accessToken, forge({ secret: 'mallory' })].map((token) => `Bearer ${token}`)
    for (const two of [
      [sound, forged],
      [forged, sound],
      [sound, sound],
    ]) {
      expect(await statusWith(two as string[])).toBe(401)
    }
    expect(await statusWith([sound as string])).toBe(200)
  })
})
