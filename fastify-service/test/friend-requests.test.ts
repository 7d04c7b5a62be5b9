import { newId } from '@meeshy/shared/ids'
import type { ProblemDetails } from '@meeshy/shared/problems'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { answerRequest, askFriend, removeRequest } from '../src/store/friends/friend-request-changes.js'
import type { FriendRequest } from '../src/store/friends/friend-requests.js'
import { signIn } from './socket.js'
import { type Answer, type Person, startTestGateway, type TestGateway, withoutRequestId } from './support.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

// Every test has people of its own.
let ana: Person
let ben: Person
let eve: Person
let round = 0
beforeEach(async () => {
  round += 1
  ana = await gateway.register(`ana${round}`)
  ben = await gateway.register(`ben${round}`)
  eve = await gateway.register(`eve${round}`)
})

const path = '/api/friend-requests'

const call = <Body = unknown>({ accessToken: token }: Person, method: string, url: string, body?: object) =>
  gateway.call<Body>(method, url, { token, ...(body && { body }) })
const ask = (by: Person, { user }: { user: { id: string } }) =>
  call<FriendRequest>(by, 'POST', path, { receiverId: user.id })
const answer = (by: Person, id: string, status: string) => call<FriendRequest>(by, 'PATCH', `${path}/${id}`, { status })
const remove = (by: Person, id: string) => call(by, 'DELETE', `${path}/${id}`)
const block = (by: Person, { user }: Person) => call(by, 'POST', `/api/users/${user.id}/block`)

async function listAll(by: Person, query: string): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const url: string = `${path}?${query}${cursor && `&cursor=${cursor}`}`
    const { body } = await call<{ data: FriendRequest[]; page: { nextCursor: string | null } }>(by, 'GET', url)
    ids.push(...body.data.map(({ id }) => id))
    cursor = body.page.nextCursor
  }
  return ids
}

describe('asking', () => {
  it('makes one request, however often', async () => {
    const first = await ask(ana, ben)
    const expected = { status: 'pending', conversationId: null, answeredAt: null }
    expect(first).toMatchObject({ status: 201, body: expected })
    expect(first.body.sender.id).toBe(ana.user.id)
    expect(first.body.receiver.id).toBe(ben.user.id)
    expect(await ask(ana, ben)).toMatchObject({ status: 200, body: first.body })
    const notifications = await notificationsOf(ben)
    expect(notifications).toEqual([{ type: 'friend_request', actorId: ana.user.id, requestId: first.body.id }])
  })

  it('who has asked already accepts', async () => {
    const { id } = (await ask(ana, ben)).body
    expect(await ask(ben, ana)).toMatchObject({ status: 200, body: { id, status: 'accepted' } })
    expect(await ask(ana, ben)).toMatchObject({ status: 200, body: { id, status: 'accepted' } })
    expect(await ask(ben, ana)).toMatchObject({ status: 200, body: { id, status: 'accepted' } })
    expect(await notificationsOf(ana)).toEqual([
      { type: 'friend_request_accepted', actorId: ben.user.id, requestId: id },
    ])
  })

  it('is not for oneself and not for guests', async () => {
    expect(await ask(ana, ana)).toMatchObject({ status: 400 })
    await gateway.context.database.user.update({ where: { id: ana.user.id }, data: { role: 'GUEST' } })
    expect(await ask(ana, ben)).toMatchObject({ status: 403 })
  })

  it('guests and people who have left is asking nobody', async () => {
    const { user } = gateway.context.database
    await user.update({ where: { id: ben.user.id }, data: { role: 'GUEST' } })
    await user.update({ where: { id: eve.user.id }, data: { deactivatedAt: new Date() } })
    const answers = [await ask(ana, ben), await ask(ana, eve), await ask(ana, { user: { id: newId() } })]
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400])
    expect(new Set(answers.map((one) => withoutRequestId(one as never))).size).toBe(1)
  })

  it('stops at a block, in both directions with the same words', async () => {
    await block(ana, ben)
    const [blocker, blocked] = [await ask(ana, ben), await ask(ben, ana)]
    expect([blocker.status, blocked.status]).toEqual([403, 403])
    expect(withoutRequestId(blocker as never)).toBe(withoutRequestId(blocked as never))
  })

  it('ends where too many requests wait, until one is cancelled', async () => {
    const { user, friendRequest } = gateway.context.database
    const row = await user.findUniqueOrThrow({ where: { id: eve.user.id } })
    const ids = Array.from({ length: 200 }, newId)
    const people = ids.map((id) => ({ ...row, id, usernameKey: id, emailKey: id }))
    await user.createMany({ data: people })
    await friendRequest.createMany({
      data: ids.map((id) => ({
        id,
        senderId: ana.user.id,
        receiverId: id,
        openKey: [ana.user.id, id].sort().join(':'),
      })),
    })
    expect(await ask(ana, ben)).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
    expect(await ask(eve, ana)).toMatchObject({ status: 201 })
    expect(await remove(ana, ids[0] ?? '')).toMatchObject({ status: 204 })
    expect(await ask(ana, ben)).toMatchObject({ status: 201 })
  })

  it('twenty times at once in both directions makes one request', async () => {
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? ask(ana, ben) : ask(ben, ana))),
    )
    expect(asked.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(asked.filter(({ status }) => status === 200)).toHaveLength(19)
    expect(new Set(asked.map(({ body }) => body.id)).size).toBe(1)
    expect(new Set(asked.flatMap(({ body }) => body.conversationId ?? [])).size).toBe(1)
    expect(await requestsBetween(ana, ben)).toMatchObject([{ status: 'accepted' }])
  })
})

describe('accepting', () => {
  it('is for the receiver, and opens the direct conversation', async () => {
    const { id } = (await ask(ana, ben)).body
    const sockets = await Promise.all([ana, ben].map(({ accessToken }) => signIn(gateway.url, accessToken)))
    expect(await answer(ana, id, 'accepted')).toMatchObject({ status: 403 })
    const accepted = await answer(ben, id, 'accepted')
    expect(accepted).toMatchObject({ status: 200, body: { id, status: 'accepted', answeredAt: expect.any(String) } })
    const { conversationId } = accepted.body
    for (const socket of sockets) {
      expect(await socket.next('conversation.created')).toMatchObject({ conversationId })
      socket.close()
    }
    const direct = { type: 'direct', memberIds: [ana.user.id] }
    expect(await call(ben, 'POST', '/api/conversations', direct)).toMatchObject({
      status: 200,
      body: { id: conversationId },
    })
    expect(await answer(ben, id, 'accepted')).toMatchObject({ status: 200, body: accepted.body })
    expect(await answer(ben, id, 'rejected')).toMatchObject({ status: 409, body: { code: 'request_answered' } })
    expect(await notificationsOf(ana)).toHaveLength(1)
  })

  it('uses the direct conversation that is there', async () => {
    const direct = { type: 'direct', memberIds: [ben.user.id] }
    const { body } = await call<{ id: string }>(ana, 'POST', '/api/conversations', direct)
    const { id } = (await ask(ana, ben)).body
    expect(await answer(ben, id, 'accepted')).toMatchObject({ body: { conversationId: body.id } })
  })

  it('stops at a block and at somebody who has left; the request waits on', async () => {
    await call(ana, 'POST', '/api/conversations', { type: 'direct', memberIds: [ben.user.id] })
    const { id } = (await ask(ana, ben)).body
    const { block: blocks, user } = gateway.context.database
    const pair = { blockerId: ana.user.id, blockedId: ben.user.id }
    await blocks.create({ data: pair })
    expect(await answer(ben, id, 'accepted')).toMatchObject({ status: 403 })
    await blocks.deleteMany({ where: pair })
    await user.update({ where: { id: ana.user.id }, data: { deactivatedAt: new Date() } })
    expect(await answer(ben, id, 'accepted')).toMatchObject({ status: 403 })
    expect(await requestsBetween(ana, ben)).toMatchObject([{ status: 'pending', conversationId: null }])
    expect(await answer(ben, id, 'rejected')).toMatchObject({ status: 200 })
  })

  it('twice at once opens one conversation and is told once', async () => {
    const { id } = (await ask(ana, ben)).body
    const answers = await Promise.all([1, 2, 3].map(() => answer(ben, id, 'accepted')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(await notificationsOf(ana)).toHaveLength(1)
  })

  it('or cancelling at the same time: one of them wins, and both are told the truth', async () => {
    for (let time = 0; time < 10; time += 1) {
      const { id } = (await ask(ana, ben)).body
      const [yes, no] = await Promise.all([answer(ben, id, 'accepted'), remove(ana, `${id}?status=pending`)])
      const left = (await requestsBetween(ana, ben)).map(({ status }) => status)
      if (yes.status === 200) {
        expect(no).toMatchObject({ status: 409, body: { code: 'request_answered' } })
        expect(left).toEqual(['accepted'])
        await remove(ana, id)
      } else {
        expect([yes.status, no.status]).toEqual([404, 204])
        expect(left).toEqual([])
      }
    }
  })
})

it('asking and answering are settled one after the other when their queries mingle', async () => {
  const { database } = gateway.context
  const [one, other] = [ana.user.id, ben.user.id]
  const asked = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      index % 2 ? askFriend(database, one, other) : askFriend(database, other, one),
    ),
  )
  expect(new Set(asked.map(({ request }) => request.id)).size).toBe(1)
  expect(asked.filter(({ changed }) => changed).map(({ request }) => request.status)).toEqual(['pending', 'accepted'])
  expect(asked.filter(({ opened }) => opened !== null)).toHaveLength(1)

  const { id } = (await askFriend(database, one, eve.user.id)).request
  const answers = await Promise.allSettled([
    answerRequest(database, id, eve.user.id, 'rejected'),
    answerRequest(database, id, eve.user.id, 'accepted'),
    removeRequest(database, id, one, { onlyPending: true }),
  ])
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

describe('rejecting', () => {
  it('makes the same sender wait a day, and not the one who rejected', async () => {
    const { id } = (await ask(ana, ben)).body
    expect(await answer(ana, id, 'rejected')).toMatchObject({ status: 403 })
    expect(await answer(ben, id, 'rejected')).toMatchObject({ status: 200, body: { status: 'rejected' } })
    expect(await answer(ben, id, 'rejected')).toMatchObject({ status: 200, body: { status: 'rejected' } })
    expect(await answer(ben, id, 'accepted')).toMatchObject({ status: 409 })
    expect(await notificationsOf(ana)).toEqual([])

    const refused = await ask(ana, ben)
    expect(refused).toMatchObject({ status: 409, body: { code: 'request_rejected' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000)
    // Taking it back does not help.
    expect(await remove(ana, id)).toMatchObject({ status: 409, body: { code: 'request_answered' } })
    expect(await ask(ana, ben)).toMatchObject({ status: 409 })

    expect(await ask(ben, ana)).toMatchObject({ status: 201 })
  })

  it('is forgiven after a day', async () => {
    const { id } = (await ask(ana, ben)).body
    await answer(ben, id, 'rejected')
    const answeredAt = new Date(Date.now() - 24 * 60 * 60 * 1000)
    await gateway.context.database.friendRequest.update({ where: { id }, data: { answeredAt } })
    const again = await ask(ana, ben)
    expect(again).toMatchObject({ status: 201 })
    expect(again.body.id).not.toBe(id)
  })
})

describe('taking back', () => {
  it('is for the sender while it waits, and takes its notification along', async () => {
    const { id } = (await ask(ana, ben)).body
    expect(await remove(ben, id)).toMatchObject({ status: 403 })
    expect(await remove(ana, id)).toMatchObject({ status: 204 })
    expect(await remove(ana, id)).toMatchObject({ status: 404 })
    expect(await answer(ben, id, 'accepted')).toMatchObject({ status: 404 })
    expect(await notificationsOf(ben)).toEqual([])
    expect(await ask(ana, ben)).toMatchObject({ status: 201 })
  })

  it('ends a friendship for either of the two; their conversation stays', async () => {
    for (const person of [ana, ben]) {
      const { id } = (await ask(ana, ben)).body
      const { conversationId } = (await answer(ben, id, 'accepted')).body
      expect(await remove(person, `${id}?status=pending`)).toMatchObject({ status: 409 })
      expect(await remove(person, id)).toMatchObject({ status: 204 })
      expect(await call(ana, 'GET', `/api/conversations/${conversationId}`)).toMatchObject({ status: 200 })
    }
  })
})

describe('lists', () => {
  it('show what was received or sent, newest first, by status', async () => {
    const ids = []
    for (const person of [ben, eve]) ids.unshift((await ask(person, ana)).body.id)
    const cleo = await gateway.register(`cleo${round}`)
    ids.unshift((await ask(ana, cleo)).body.id)
    const [sent, fromEve, fromBen] = ids
    expect(await listAll(ana, 'limit=1')).toEqual([fromEve, fromBen])
    expect(await listAll(ana, 'direction=received')).toEqual([fromEve, fromBen])
    expect(await listAll(ana, 'direction=sent')).toEqual([sent])
    await answer(ana, fromEve ?? '', 'accepted')
    await answer(ana, fromBen ?? '', 'rejected')
    expect(await listAll(ana, 'status=accepted')).toEqual([fromEve])
    expect(await listAll(ana, 'status=rejected')).toEqual([fromBen])
    expect(await listAll(ana, 'status=pending')).toEqual([])
    expect(await listAll(ben, 'direction=sent&status=rejected')).toEqual([fromBen])
    for (const query of ['direction=both', 'status=open', 'limit=201', 'cursor=x', 'user=x'])
      expect(await call(ana, 'GET', `${path}?${query}`)).toMatchObject({ status: 400 })
  })
})

it('others get what they would get if there were no request', async () => {
  const { id } = (await ask(ana, ben)).body
  expect(await call(ana, 'GET', `${path}/${id}`)).toMatchObject({ status: 200 })
  expect(await call(ben, 'GET', `${path}/${id}`)).toMatchObject({ status: 200 })
  const { accessToken: token } = eve
  const calls = [
    ['GET', undefined],
    ['PATCH', { status: 'accepted' }],
    ['PATCH', { status: 'rejected' }],
    ['DELETE', undefined],
  ] as const
  for (const [method, body] of calls) {
    const options = { token, ...(body && { body }) }
    const foreign: Answer<ProblemDetails> = await gateway.fail(method, `${path}/${id}`, options)
    const none = await gateway.fail(method, `${path}/${newId()}`, options)
    expect(foreign.status).toBe(404)
    expect(withoutRequestId(foreign)).toBe(withoutRequestId(none))
  }
})

function notificationsOf({ user }: Person) {
  return gateway.context.database.notification.findMany({
    where: { userId: user.id },
    select: { type: true, actorId: true, requestId: true },
  })
}

function requestsBetween(one: Person, other: Person) {
  const ids = { in: [one.user.id, other.user.id] }
  return gateway.context.database.friendRequest.findMany({ where: { senderId: ids, receiverId: ids } })
}
