import { newId } from '@meeshy/shared/ids'
import type { ProblemDetails } from '@meeshy/shared/problems'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OwnUser, PublicUser } from '../src/store/accounts/users.js'
import { type Person, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

interface Page {
  data: PublicUser[]
  page: { nextCursor: string | null; hasMore: boolean }
}

let gateway: TestGateway
let ana: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana', { displayName: 'Ana Müller' })
})
afterAll(() => gateway.close())

describe('my profile', () => {
  it('merges the given fields', async () => {
    const body = { preferredLanguage: 'de-CH', understoodLanguages: ['fr', 'en'] }
    const changed = await gateway.call<OwnUser>('PUT', '/api/users/me', { token: ana.accessToken, body })
    expect(changed.status).toBe(200)
    expect(changed.body).toEqual({ ...ana.user, preferredLanguage: 'de', understoodLanguages: ['fr', 'en'] })
    const read = await gateway.call('GET', '/api/users/me', { token: ana.accessToken })
    expect(read.body).toEqual(changed.body)
  })

  it.each([
    [{ role: 'ADMIN' }, '/role'],
    [{ preferredLanguage: null }, '/preferredLanguage'],
    [{ preferredLanguage: 'klingon' }, '/preferredLanguage'],
    [{ understoodLanguages: 'fr' }, '/understoodLanguages'],
    [{ displayName: 'x'.repeat(65) }, '/displayName'],
  ])('refuses %j', async (body, pointer) => {
    const answer = await gateway.fail('PUT', '/api/users/me', { token: ana.accessToken, body })
    expect(answer.body.code).toBe('validation_failed')
    expect(answer.body.errors?.[0]?.pointer).toBe(pointer)
  })

  it('counts characters and not bytes', async () => {
    const body = { displayName: '👍🏽'.repeat(32) }
    const answer = await gateway.call<OwnUser>('PUT', '/api/users/me', { token: ana.accessToken, body })
    expect(answer.body.displayName).toBe(body.displayName)
    await gateway.call('PUT', '/api/users/me', { token: ana.accessToken, body: { displayName: 'Ana Müller' } })
  })
})

describe('my picture', () => {
  const put = (avatarUrl: unknown) =>
    gateway.call<OwnUser>('PUT', '/api/users/me', { token: ana.accessToken, body: { avatarUrl } })

  it('is an address that everybody sees, until it is taken away', async () => {
    const { accessToken: token } = await gateway.register('viewer')
    const shown = async () => (await gateway.call<PublicUser>('GET', `/api/users/${ana.user.id}`, { token })).body
    const avatarUrl = 'https://images.example.org/ana.png?size=64#face'
    expect(await put(avatarUrl)).toMatchObject({ status: 200, body: { avatarUrl } })
    expect(await shown()).toMatchObject({ avatarUrl })
    await gateway.call('PUT', '/api/users/me', { token: ana.accessToken, body: { displayName: 'Ana Müller' } })
    expect(await shown()).toMatchObject({ avatarUrl })
    expect(await put(null)).toMatchObject({ status: 200, body: { avatarUrl: null } })
    expect(await shown()).toMatchObject({ avatarUrl: null })
  })

  it('is kept as the URL standard writes it', async () => {
    expect(await put(' HTTPS://Images.Example.org/a "b"<c>.png')).toMatchObject({
      body: { avatarUrl: 'https://images.example.org/a%20%22b%22%3Cc%3E.png' },
    })
    await put(null)
  })

  it.each([
    'http://example.org/a.png',
    'javascript:alert(1)',
    'data:image/png;base64,AAAA',
    'https://ana:secret@example.org/a.png',
    'https://ana@example.org/a.png',
    '/a.png',
    'https://',
    '',
    7,
    `https://example.org/${'x'.repeat(2048)}`,
    `https://example.org/${'é'.repeat(1000)}`,
  ])('is not %s', async (avatarUrl) => {
    const answer = await put(avatarUrl)
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect((answer.body as unknown as ProblemDetails).errors?.[0]?.pointer).toBe('/avatarUrl')
  })
})

describe('the rooms of a person', () => {
  it('are read anew only when their languages changed', async () => {
    const body = { type: 'group', title: 'Alone', memberIds: [] }
    const made = await gateway.call<{ id: string }>('POST', '/api/conversations', { token: ana.accessToken, body })
    const { rooms } = gateway.context
    const change = (changes: object) => gateway.call('PUT', '/api/users/me', { token: ana.accessToken, body: changes })
    await change({ preferredLanguage: 'it', understoodLanguages: ['fr'] })
    const first = await rooms.read(made.body.id)
    await change({ preferredLanguage: 'it', understoodLanguages: ['fr'], displayName: 'Ana' })
    expect(await rooms.read(made.body.id)).toBe(first)
    await change({ preferredLanguage: 'es' })
    expect((await rooms.reader(made.body.id, ana.user.id))?.language).toBe('es')
    await change({ preferredLanguage: 'de', understoodLanguages: ['fr', 'en'], displayName: 'Ana Müller' })
  })
})

describe('my profile by my id', () => {
  const path = () => `/api/users/${ana.user.id}`

  it('is my own one', async () => {
    const me = await gateway.call<OwnUser>('GET', '/api/users/me', { token: ana.accessToken })
    expect((await gateway.call('GET', path(), { token: ana.accessToken })).body).toEqual(me.body)
    const body = { displayName: 'Ana M.' }
    const changed = await gateway.call('PUT', path(), { token: ana.accessToken, body })
    expect(changed.body).toEqual({ ...me.body, ...body })
    await gateway.call('PUT', path(), { token: ana.accessToken, body: { displayName: me.body.displayName } })
  })

  it('is changed by nobody else', async () => {
    const { accessToken } = await gateway.register('mallory')
    const body = { displayName: 'Mallory was here' }
    expect((await gateway.fail('PUT', path(), { token: accessToken, body })).body.code).toBe('forbidden')
    expect((await gateway.fail('PUT', '/api/users/nobody', { token: accessToken, body })).body.code).toBe('not_found')
  })
})

it('guests cannot find out who there is beyond their conversation', async () => {
  const [host, gus] = [await gateway.register('host'), await gateway.register('gus')]
  const body = { type: 'group', title: 'Room', memberIds: [gus.user.id] }
  await gateway.call('POST', '/api/conversations', { token: host.accessToken, body })
  await gateway.context.database.user.update({ where: { id: gus.user.id }, data: { role: 'GUEST' } })
  for (const [method, options] of [
    ['PUT', { body: {} }],
    ['DELETE', {}],
  ] as const) {
    const ask = (id: string) => gateway.fail(method, `/api/users/${id}`, { token: gus.accessToken, ...options })
    const [shared, stranger, nobody] = [await ask(host.user.id), await ask(ana.user.id), await ask(newId())]
    expect([shared.status, stranger.status]).toEqual([403, 404])
    expect(withoutRequestId(stranger)).toBe(withoutRequestId(nobody))
  }
})

describe('other people', () => {
  it('are seen by their public profile', async () => {
    const ben = await gateway.register('ben')
    const answer = await gateway.call<PublicUser>('GET', `/api/users/${ben.user.id}`, { token: ana.accessToken })
    expect(answer.body).toEqual({
      id: ben.user.id,
      username: 'ben',
      displayName: 'ben',
      avatarUrl: null,
      preferredLanguage: 'en',
    })
  })

  it('are not found when they are guests, have left, or have blocked whoever searches', async () => {
    const people = []
    for (const name of ['hidden_active', 'hidden_guest', 'hidden_gone', 'hidden_foe']) {
      people.push(await gateway.register(name))
    }
    const [, guest, gone, foe] = people
    const { user } = gateway.context.database
    const search = async (token: string) => {
      const { body } = await gateway.call<Page>('GET', '/api/users?search=hidden', { token })
      return body.data.map(({ username }) => username.slice(7))
    }
    expect(await search(ana.accessToken)).toEqual(['active', 'foe', 'gone', 'guest'])
    await user.update({ where: { id: guest?.user.id ?? '' }, data: { role: 'GUEST' } })
    await user.update({ where: { id: gone?.user.id ?? '' }, data: { deactivatedAt: new Date() } })
    await gateway.call('POST', `/api/users/${ana.user.id}/block`, { token: foe?.accessToken ?? '' })
    expect(await search(ana.accessToken)).toEqual(['active'])
    // Whom one has blocked oneself is found, to end it.
    await gateway.call('POST', `/api/users/${people[0]?.user.id}/block`, { token: ana.accessToken })
    expect(await search(ana.accessToken)).toEqual(['active'])
  })

  it('who are deactivated are seen by those who share a conversation with them', async () => {
    const [friend, stranger] = [await gateway.register('friend'), await gateway.register('stranger')]
    const zed = await gateway.register('zed')
    const body = { type: 'direct', memberIds: [zed.user.id] }
    await gateway.call('POST', '/api/conversations', { token: friend.accessToken, body })
    const data = { deactivatedAt: new Date() }
    await gateway.context.database.user.update({ where: { id: zed.user.id }, data })
    const read = (token: string) => gateway.call('GET', `/api/users/${zed.user.id}`, { token })
    expect(await read(friend.accessToken)).toMatchObject({ status: 200, body: { username: 'zed' } })
    expect(await read(stranger.accessToken)).toMatchObject({ status: 404 })
  })

  it('are read and changed by administrators', async () => {
    const [admin, kit] = [await gateway.register('admin'), await gateway.register('kit')]
    await gateway.context.database.user.update({ where: { id: admin.user.id }, data: { role: 'ADMIN' } })
    const token = admin.accessToken
    const path = `/api/users/${kit.user.id}`
    expect((await gateway.call('GET', path, { token })).body).toEqual(kit.user)
    const body = { displayName: 'Kit', avatarUrl: 'https://example.org/kit.png', preferredLanguage: 'fr' }
    expect((await gateway.call('PUT', path, { token, body })).body).toEqual({ ...kit.user, ...body })
    expect(await gateway.fail('PUT', path, { token, body: { role: 'ADMIN' } })).toMatchObject({ status: 400 })
    expect(await gateway.fail('PUT', '/api/users/nobody', { token, body })).toMatchObject({ status: 404 })
    expect(gateway.lines.filter((line) => line.includes('An administrator changed a profile'))).toHaveLength(1)
  })

  it('cannot take the name that deleted people have', async () => {
    await expect(gateway.register('Deleted')).rejects.toThrow('username_taken')
  })

  it.each(['nobody', '%00', `${'x'.repeat(90)}`, `${'x'.repeat(200)}`])('are not found by %s', async (id) => {
    expect((await gateway.fail('GET', `/api/users/${id}`, { token: ana.accessToken })).status).toBe(404)
  })

  it('are found by the beginning of a username or a name, a page at a time', async () => {
    for (const name of ['kim_1', 'KIM_2', 'kim_3']) await gateway.register(name)
    await gateway.register('zoe', { displayName: 'Joachim Z.' })
    const search = (query: string) => gateway.call<Page>('GET', `/api/users?${query}`, { token: ana.accessToken })
    const names = (page: Page) => page.data.map(({ username }) => username)

    const first = (await search('search=Kim_&limit=2')).body
    expect(names(first)).toEqual(['kim_1', 'KIM_2'])
    expect(first.page.hasMore).toBe(true)
    const second = (await search(`search=Kim_&limit=2&cursor=${first.page.nextCursor}`)).body
    expect(names(second)).toEqual(['kim_3'])
    expect(second.page).toEqual({ nextCursor: null, hasMore: false })

    expect(names((await search('search=joa')).body)).toEqual(['zoe'])
    expect(names((await search('search=achim')).body)).toEqual([])
    expect(names((await search('search=%25')).body)).toEqual([])
    expect(names((await search('search=example.org')).body)).toEqual([])
  })

  it.each([
    ['', '/search'],
    ['search=', '/search'],
    ['search=a&limit=201', '/limit'],
    ['search=a&limit=0', '/limit'],
    ['search=a&limit=1.5', '/limit'],
    ['search=a&limit=ten', '/limit'],
    ['search=a&limit=1&limit=2', '/limit'],
    ['search=a&cursor=rubbish', '/cursor'],
    ['search=a&page=2', '/page'],
  ])('are not looked for by "%s"', async (query, pointer) => {
    const answer = await gateway.fail('GET', `/api/users?${query}`, { token: ana.accessToken })
    expect(answer.status).toBe(400)
    expect(answer.body.errors?.map((error) => error.pointer)).toContain(pointer)
  })
})
