import { openSqlite } from '@meeshy/shared/database/sqlite-database'
import { databaseFile } from '@meeshy/shared/database/url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import type { ShareLink } from '../src/store/share-links/share-links.js'
import { signIn } from './socket.js'
import { type Answer, type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let owner: Person
let friend: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  owner = await gateway.register('owner')
  friend = await gateway.register('friend')
})
afterAll(() => gateway.close())

let room: string
beforeEach(async () => {
  const body = { type: 'group', title: 'Garden', memberIds: [] }
  room = (await gateway.call<Conversation>('POST', '/api/conversations', { token: owner.accessToken, body })).body.id
})

const make = async (terms: object = {}) => {
  const body = { conversationId: room, ...terms }
  const answer = await gateway.call<ShareLink>('POST', '/api/share-links', { token: owner.accessToken, body })
  return answer.body.id
}
const join = (id: string, person?: Person, body: object = {}): Promise<Answer> =>
  gateway.call('POST', `/api/share-links/${id}/join`, { body, ...(person && { token: person.accessToken }) })

const guest = { displayName: 'Gast', language: 'de-AT' }
const usesOf = async (id: string) => (await gateway.context.database.shareLink.findUnique({ where: { id } }))?.uses
const countMembers = () => gateway.context.database.conversationMember.count({ where: { conversationId: room } })

/** Puts as many people into a room as it takes, its owner included. */
async function fill(conversationId: string): Promise<void> {
  const database = await openSqlite(databaseFile(gateway.context.config.DATABASE_URL))
  const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)'
  await database.transaction(async (sql) => {
    await sql.run(`
      ${numbers} INSERT INTO "User"
        ("id", "username", "usernameKey", "displayName", "displayNameKey", "preferredLanguage", "updatedAt")
      SELECT 'full-' || i, 'full', 'full-' || i, 'full', 'full', 'en', CURRENT_TIMESTAMP FROM n`)
    await sql.run(
      `${numbers} INSERT INTO "ConversationMember" ("conversationId", "userId") SELECT ?, 'full-' || i FROM n`,
      conversationId,
    )
  })
  await database.close()
}

describe('with a token', () => {
  it('one joins as oneself, and all are told', async () => {
    const link = await make({ maxUses: 2 })
    const [watching, joining] = [
      await signIn(gateway.url, owner.accessToken),
      await signIn(gateway.url, friend.accessToken),
    ]
    expect(await join(link, friend)).toMatchObject({ status: 201, body: { conversationId: room } })
    const change = { conversationId: room, data: { userId: friend.user.id, version: 2 } }
    expect(await watching.next('member.added')).toMatchObject(change)
    expect(await joining.next('member.added')).toMatchObject(change)
    expect(await join(link, friend)).toMatchObject({ status: 200, body: { conversationId: room } })
    expect(await usesOf(link)).toBe(1)
    for (const socket of [watching, joining]) socket.close()
  })

  it('that does not work nobody joins, not even as a guest', async () => {
    const link = await make({ allowGuests: true })
    const wrong = { ...friend, accessToken: `${friend.accessToken.slice(0, -3)}abc` }
    expect(await join(link, wrong, guest)).toMatchObject({ status: 401 })
    expect(
      await gateway.call('POST', `/api/share-links/${link}/join`, {
        body: guest,
        headers: { authorization: 'Basic YTpi' },
      }),
    ).toMatchObject({ status: 401 })
    expect(await countMembers()).toBe(1)
  })

  it('one does not join under another name', async () => {
    expect(await join(await make({ allowGuests: true }), friend, guest)).toMatchObject({ status: 400 })
  })

  it('who was removed may come back by a link', async () => {
    const link = await make()
    await join(link, friend)
    const path = `/api/conversations/${room}/members/${friend.user.id}`
    await gateway.call('DELETE', path, { token: owner.accessToken })
    expect(await join(link, friend)).toMatchObject({ status: 201 })
  })
})

describe('a link that', () => {
  it('is unknown, expired or used up lets nobody in', async () => {
    expect(await join('A'.repeat(22), friend)).toMatchObject({ status: 404 })
    const [expired, used] = [await make({ allowGuests: true }), await make({ allowGuests: true })]
    const { shareLink } = gateway.context.database
    await shareLink.update({ where: { id: expired }, data: { expiresAt: new Date(Date.now() - 1) } })
    await shareLink.update({ where: { id: used }, data: { maxUses: 1, uses: 1 } })
    for (const link of [expired, used]) {
      expect(await join(link, friend)).toMatchObject({ status: 410, body: { code: 'link_gone' } })
      expect(await join(link, undefined, guest)).toMatchObject({ status: 410 })
    }
    expect(await countMembers()).toBe(1)
  })

  it('may be used seven times lets in seven of a hundred at once', async () => {
    const link = await make({ maxUses: 7, allowGuests: true })
    const people: Person[] = []
    for (let index = 0; index < 50; index += 1) people.push(await gateway.register(`crowd${index}`))
    const answers = await Promise.all([
      ...people.map((person) => join(link, person)),
      ...Array.from({ length: 50 }, () => join(link, undefined, guest)),
    ])
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([...Array<number>(7).fill(201), ...Array<number>(93).fill(410)])
    expect(await countMembers()).toBe(1 + 7)
    expect(await usesOf(link)).toBe(7)
    const guests = await gateway.context.database.user.count({ where: { role: 'GUEST', memberships: { none: {} } } })
    expect(guests).toBe(0)
  })

  it('leads into a full room is not used up', async () => {
    const link = await make({ maxUses: 1 })
    await fill(room)
    expect(await join(link, friend)).toMatchObject({ status: 409, body: { code: 'conversation_full' } })
    expect(await usesOf(link)).toBe(0)
  })
})

describe('without a token', () => {
  it('one joins as a guest, signed in at once', async () => {
    const answer = await join(await make({ allowGuests: true }), undefined, guest)
    expect(answer).toMatchObject({
      status: 201,
      body: {
        conversationId: room,
        user: { role: 'GUEST', displayName: 'Gast', preferredLanguage: 'de', email: null },
        accessToken: expect.any(String),
        refreshToken: expect.any(String),
        expiresAt: expect.any(String),
      },
    })
    expect((answer.body as Person).user.username).toMatch(/^guest_[0-9a-f]{16}$/)
  })

  it('one joins with a session, or not at all, whatever becomes of the room meanwhile', async () => {
    const link = await make({ allowGuests: true })
    const { database } = gateway.context
    const { transaction } = database
    database.transaction = async (work) => {
      database.transaction = transaction
      const result = await transaction(work)
      await gateway.call('DELETE', `/api/conversations/${room}`, { token: owner.accessToken })
      return result
    }
    const answer = await join(link, undefined, guest)
    expect(answer.status).toBe(201)
    const { accessToken: token } = answer.body as Person
    expect(await gateway.fail('GET', '/api/auth/verify', { token })).toMatchObject({ body: { code: 'token_revoked' } })
  })

  it('one needs a link for guests, a name and a language', async () => {
    const [closed, open] = [await make(), await make({ allowGuests: true })]
    expect(await join(closed)).toMatchObject({ status: 401, body: { detail: expect.stringContaining('Sign in') } })
    expect(await join(closed, undefined, guest)).toMatchObject({ status: 401 })
    expect(await usesOf(closed)).toBe(0)
    for (const body of [{}, { displayName: 'Gast' }, { ...guest, language: 'tlh' }, { ...guest, displayName: ' ' }]) {
      expect(await join(open, undefined, body)).toMatchObject({ status: 400 })
    }
    expect(await countMembers()).toBe(1)
  })
})
