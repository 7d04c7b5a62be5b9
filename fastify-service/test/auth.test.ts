import bcrypt from 'bcrypt'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Person, password, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

describe('registering', () => {
  it('answers with the person, a token and its end', async () => {
    const { user, accessToken, expiresAt } = await gateway.register('Ana', {
      preferredLanguage: 'pt-BR',
      understoodLanguages: ['en_US', 'en', 'zh-Hans'],
    })
    expect(user).toMatchObject({
      username: 'Ana',
      displayName: 'Ana',
      email: 'Ana@example.org',
      role: 'USER',
      preferredLanguage: 'pt',
      understoodLanguages: ['en', 'zh'],
    })
    expect(Object.keys(user)).not.toContain('passwordHash')
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 3_500_000)
    const verified = await gateway.call('GET', '/api/auth/verify', { token: accessToken })
    expect(verified.body).toEqual({ valid: true, user, expiresAt })
  })

  it('takes the language of the browser when none is given', async () => {
    const body = { username: 'browser', email: 'browser@example.org', password }
    const headers = { 'accept-language': 'nl, fr-CA;q=0.8, en;q=0.5' }
    const answer = await gateway.call<Person>('POST', '/api/auth/register', { body, headers })
    expect(answer.body.user.preferredLanguage).toBe('fr')
  })

  it('refuses a taken username and a taken address, whatever their case', async () => {
    await gateway.register('taken')
    const username = { username: 'TAKEN', email: 'other@example.org', password }
    expect((await gateway.fail('POST', '/api/auth/register', { body: username })).body.code).toBe('username_taken')
    const email = { username: 'other', email: 'Taken@Example.org', password }
    const answer = await gateway.fail('POST', '/api/auth/register', { body: email })
    expect(answer.status).toBe(409)
    expect(answer.body.code).toBe('email_taken')
  })

  it('takes every other password of eight characters, whatever they are', async () => {
    const passwords = ['\u{1f600}'.repeat(8), 'zqzqzqzq', '        ', 'ваш котик', 'x'.repeat(256)]
    for (const [index, chosen] of passwords.entries()) {
      await gateway.register(`chosen${index}`, { password: chosen })
      const body = { login: `chosen${index}`, password: chosen }
      expect((await gateway.call('POST', '/api/auth/login', { body })).status).toBe(200)
    }
  })

  it('gives a name to one of many who ask for it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        gateway.call('POST', '/api/auth/register', {
          body: { username: 'race', email: `race${index}@example.org`, password },
        }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)])
  })

  it.each([
    ['a missing field', { password: undefined }, '/password'],
    ['an unknown field', { admin: true }, '/admin'],
    ['a wrong type', { username: 12345 }, '/username'],
    ['a short username', { username: 'ab' }, '/username'],
    ['a username with a space', { username: 'a b c' }, '/username'],
    ['a bad address', { email: 'nobody' }, '/email'],
    ['a short password', { password: '1234567' }, '/password'],
    ['a password with half a character', { password: 'abcdefgh\ud800' }, '/password'],
    ['a long password', { password: 'x'.repeat(257) }, '/password'],
    ['a password of four characters in eight units', { password: '\u{1f600}'.repeat(4) }, '/password'],
    ['a common password', { password: 'Password123' }, '/password'],
    ['a common password in wide letters', { password: '\uff30assword123' }, '/password'],
    ['the username as password', { username: 'valid-name', password: 'Valid-Name' }, '/password'],
    ['the address as password', { password: 'valid@example.org' }, '/password'],
    ['the name of the address as password', { email: 'valid-post@example.org', password: 'valid-post' }, '/password'],
    ['a language that is none of the ten', { preferredLanguage: 'nl' }, '/preferredLanguage'],
    ['an unknown understood language', { understoodLanguages: ['en', 'xx'] }, '/understoodLanguages/1'],
    ['an empty name', { displayName: '  ' }, '/displayName'],
    ['an invisible name', { displayName: '\u200b\u2060' }, '/displayName'],
    ['a name of accents alone', { displayName: '\u0301' }, '/displayName'],
    ['a name with a control character', { displayName: 'a\u0000b' }, '/displayName'],
  ])('refuses %s', async (_, fields, pointer) => {
    const body = { username: 'valid', email: 'valid@example.org', password, ...fields }
    const answer = await gateway.fail('POST', '/api/auth/register', { body })
    expect(answer.status).toBe(400)
    expect(answer.body.code).toBe('validation_failed')
    expect(answer.body.errors?.map((error) => error.pointer)).toContain(pointer)
  })
})

describe('signing in', () => {
  beforeAll(() => gateway.register('lena'))

  it.each([{ login: 'lena' }, { login: 'LENA@example.org' }, { username: 'Lena' }, { email: 'lena@example.org' }])(
    'takes %j',
    async (name) => {
      const answer = await gateway.call<Person>('POST', '/api/auth/login', { body: { ...name, password } })
      expect(answer.status).toBe(200)
      expect(answer.body.user.username).toBe('lena')
    },
  )

  it('says the same of an unknown person and a wrong password', async () => {
    const wrong = await gateway.fail('POST', '/api/auth/login', { body: { login: 'lena', password: 'not hers' } })
    const unknown = await gateway.fail('POST', '/api/auth/login', { body: { login: 'nobody', password } })
    expect(wrong.status).toBe(401)
    expect(wrong.body.code).toBe('credentials_wrong')
    expect(withoutRequestId(unknown)).toBe(withoutRequestId(wrong))
    const names = ({ headers }: { headers: Headers }) => [...headers.keys()].sort()
    expect(names(unknown)).toEqual(names(wrong))
  })

  it('hashes once, at the same cost, for an unknown person and a wrong password', async () => {
    const compare = vi.spyOn(bcrypt, 'compare')
    for (const login of ['lena', 'nobody', 'nobody@example.org']) {
      compare.mockClear()
      await gateway.fail('POST', '/api/auth/login', { body: { login, password: 'not hers' } })
      expect(compare.mock.calls).toEqual([[expect.any(String), expect.stringMatching(/^\$2b\$04\$.{53}$/)]])
    }
    compare.mockRestore()
  })

  it('wants exactly one name', async () => {
    const two = [
      { login: 'lena', email: 'lena@example.org' },
      { username: 'lena', login: 'lena' },
      { login: 'lena', username: 'lena', email: 'lena@example.org' },
    ]
    for (const names of [{}, ...two]) {
      const answer = await gateway.fail('POST', '/api/auth/login', { body: { ...names, password } })
      expect(answer.body.errors?.[0]?.pointer).toBe('/login')
    }
  })

  it.each([{ email: '', username: 'lena' }, { username: 'lena', email: '' }, { login: '' }])(
    'takes no empty name: %j',
    async (names) => {
      const answer = await gateway.fail('POST', '/api/auth/login', { body: { ...names, password } })
      expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' })
    },
  )

  it('refuses somebody who was deactivated, and their tokens', async () => {
    const { user, accessToken } = await gateway.register('gone')
    await gateway.context.database.user.update({ where: { id: user.id }, data: { deactivatedAt: new Date() } })
    const login = await gateway.fail('POST', '/api/auth/login', { body: { login: 'gone', password } })
    expect(login.body.code).toBe('credentials_wrong')
    const me = await gateway.fail('GET', '/api/users/me', { token: accessToken })
    expect(me.body.code).toBe('token_revoked')
  })
})

describe('signing out', () => {
  it('ends this session on the next request, and no other', async () => {
    const { accessToken } = await gateway.register('twice')
    const other = await gateway.call<Person>('POST', '/api/auth/login', { body: { login: 'twice', password } })
    const headers = { 'content-type': 'application/json' }
    expect((await gateway.call('POST', '/api/auth/logout', { token: accessToken, headers })).status).toBe(204)
    const refused = await gateway.fail('GET', '/api/auth/verify', { token: accessToken })
    expect(refused.status).toBe(401)
    expect(refused.body.code).toBe('token_revoked')
    expect(refused.headers.get('www-authenticate')).toBe('Bearer')
    expect((await gateway.call('GET', '/api/auth/verify', { token: other.body.accessToken })).status).toBe(200)
  })
})

it('points to each field that is wrong, missing or not known, once', async () => {
  const gateway = await startTestGateway()
  const body = { username: 'ab', password: 'long enough', surprise: 1 }
  const answer = await gateway.call<{ errors: object[] }>('POST', '/api/auth/register', { body })
  expect(answer.body).toMatchObject({ code: 'validation_failed', detail: expect.stringContaining('errors') })
  expect(answer.body.errors).toHaveLength(3)
  expect(answer.body.errors).toEqual(
    expect.arrayContaining([
      { pointer: '/username', message: expect.stringContaining('3') },
      { pointer: '/email', message: 'is missing' },
      { pointer: '/surprise', message: 'is not known' },
    ]),
  )
  await gateway.close()
})
