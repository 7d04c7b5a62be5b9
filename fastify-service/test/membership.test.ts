import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let owner: Person
let moderator: Person
let member: Person
let stranger: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  owner = await gateway.register('owner')
  moderator = await gateway.register('moderator')
  member = await gateway.register('member')
  stranger = await gateway.register('stranger')
})
afterAll(() => gateway.close())

const things = [
  ['conversation', '/api/conversations', { type: 'group', title: 'Room', memberIds: [] }],
  ['group', '/api/groups', { name: 'Circle' }],
] as const

describe.each(things)('the members of a %s', (_, collection, fields) => {
  let thing: string
  beforeEach(async () => {
    const options = { token: owner.accessToken, body: fields }
    thing = `${collection}/${(await gateway.call<{ id: string }>('POST', collection, options)).body.id}`
    await add(owner, moderator)
    await add(owner, member)
    await setRole(owner, moderator, 'moderator')
  })

  const call = (person: Person, method: string, path: string, body?: object) =>
    gateway.call(method, `${thing}${path}`, { token: person.accessToken, ...(body && { body }) })
  const add = (by: Person, { user }: Person) => call(by, 'POST', '/members', { userId: user.id })
  const remove = (by: Person, { user }: Person) => call(by, 'DELETE', `/members/${user.id}`)
  const setRole = (by: Person, { user }: Person, role: string) => call(by, 'PUT', `/members/${user.id}`, { role })

  async function rolesIn(): Promise<Record<string, string>> {
    const { body } = await call(owner, 'GET', '/members')
    const { data } = body as { data: Array<{ user: { username: string }; role: string }> }
    return Object.fromEntries(data.map(({ user, role }) => [user.username, role]))
  }

  it('are added by moderators, and doing it again changes nothing', async () => {
    expect(await add(member, stranger)).toMatchObject({ status: 403 })
    expect(await add(moderator, stranger)).toMatchObject({ status: 204 })
    expect(await add(moderator, owner)).toMatchObject({ status: 204 })
    expect(await rolesIn()).toMatchObject({ stranger: 'member', owner: 'owner' })
    expect(await call(moderator, 'POST', '/members', { userId: newId() })).toMatchObject({ status: 400 })
  })

  it('are not added across a block', async () => {
    const block = `/api/users/${moderator.user.id}/block`
    await gateway.call('POST', block, { token: stranger.accessToken })
    expect(await add(moderator, stranger)).toMatchObject({ status: 403 })
    expect(await add(owner, stranger)).toMatchObject({ status: 204 })
    await gateway.call('DELETE', block, { token: stranger.accessToken })
  })

  it('are removed by moderators and those above, from below', async () => {
    expect(await remove(member, moderator)).toMatchObject({ status: 403 })
    expect(await remove(moderator, owner)).toMatchObject({ status: 403 })
    expect(await remove(moderator, member)).toMatchObject({ status: 204 })
    expect(await remove(moderator, member)).toMatchObject({ status: 404 })
    expect(await call(member, 'GET', '')).toMatchObject({ status: 404 })
    expect(await call(member, 'GET', '/members')).toMatchObject({ status: 404 })
  })

  it('may leave; the last owner has to hand over first', async () => {
    expect(await remove(member, member)).toMatchObject({ status: 204 })
    expect(await remove(owner, owner)).toMatchObject({ status: 409, body: { code: 'last_owner' } })
    expect(await setRole(owner, moderator, 'owner')).toMatchObject({ status: 204 })
    expect(await remove(owner, owner)).toMatchObject({ status: 204 })
  })

  it('keep one of two owners who leave at the same time', async () => {
    await setRole(owner, moderator, 'owner')
    const answers = await Promise.all([remove(owner, owner), remove(moderator, moderator)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
  })

  it('keep one of two owners who step down at the same time, or of whom one leaves', async () => {
    await setRole(owner, moderator, 'owner')
    const down = await Promise.all([setRole(owner, owner, 'member'), setRole(moderator, moderator, 'member')])
    expect(down.map(({ status }) => status).sort()).toEqual([204, 409])
    const still = down[0]?.status === 409 ? owner : moderator
    const other = still === owner ? moderator : owner
    await setRole(still, other, 'owner')
    const mixed = await Promise.all([remove(still, still), setRole(other, other, 'admin')])
    expect(mixed.map(({ status }) => status).sort()).toEqual([204, 409])
    expect(mixed.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'last_owner' })
  })

  it('get their roles from admins, below their own', async () => {
    expect(await setRole(moderator, member, 'moderator')).toMatchObject({ status: 403 })
    await setRole(owner, moderator, 'admin')
    expect(await setRole(moderator, member, 'admin')).toMatchObject({ status: 403 })
    expect(await setRole(moderator, member, 'moderator')).toMatchObject({ status: 204 })
    expect(await setRole(moderator, owner, 'member')).toMatchObject({ status: 403 })
    expect(await setRole(owner, owner, 'member')).toMatchObject({ status: 409, body: { code: 'last_owner' } })
    expect(await setRole(owner, stranger, 'member')).toMatchObject({ status: 404 })
    expect(await rolesIn()).toMatchObject({ owner: 'owner', moderator: 'admin', member: 'moderator' })
  })

  it('may step down as admins, and not up again', async () => {
    await setRole(owner, moderator, 'admin')
    expect(await setRole(moderator, moderator, 'owner')).toMatchObject({ status: 403 })
    expect(await setRole(moderator, moderator, 'moderator')).toMatchObject({ status: 204 })
    expect(await setRole(moderator, moderator, 'admin')).toMatchObject({ status: 403 })
  })

  it('are listed in pages, in the order of their joining', async () => {
    const pages: string[][] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await call(member, 'GET', `/members?limit=2${cursor && `&cursor=${cursor}`}`)
      const { data, page } = body as { data: Array<{ user: { id: string } }>; page: { nextCursor: string | null } }
      pages.push(data.map(({ user }) => user.id))
      cursor = page.nextCursor
    }
    expect(pages).toEqual([[owner.user.id, moderator.user.id], [member.user.id]])
  })
})
