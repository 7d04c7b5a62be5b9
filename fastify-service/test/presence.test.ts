import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { awareness, expectStatus, knows, statusOf } from './awareness.js'
import { signIn } from './socket.js'
import { startTestGateway, type TestGateway } from './support.js'

const presenceEveryMs = 50
const presenceGraceMs = 800
let gateway: TestGateway
const { add, block, call, connect, guest, person, remove, room, unblock } = awareness(() => gateway)

beforeAll(async () => {
  const limits = { presenceEveryMs, presenceGraceMs, smallRoomMembers: 4 }
  gateway = await startTestGateway({}, { awareness: limits })
})
afterAll(() => gateway.close())

/** Two who share a room, and whose sockets see each other. */
async function anaAndBruno() {
  const [ana, bruno] = [await person(), await person()]
  const roomId = await room(ana, bruno)
  const [anas, brunos] = [await connect(ana), await connect(bruno)]
  await expectStatus(anas, bruno, 'online')
  await expectStatus(brunos, ana, 'online')
  return { ana, bruno, roomId, anas, brunos }
}

describe('somebody', () => {
  it('is online on one device, away on all, offline on none', async () => {
    const { bruno, anas, brunos } = await anaAndBruno()
    const second = await connect(bruno)
    await brunos.request('presence.set', { status: 'away' })
    await second.request('presence.set', { status: 'away' })
    await expectStatus(anas, bruno, 'away')
    await brunos.request('presence.set', { status: 'online' })
    await expectStatus(anas, bruno, 'online')
    // The other one is away.
    brunos.close()
    await expectStatus(anas, bruno, 'away')
    second.close()
    await expectStatus(anas, bruno, 'offline')
    const told = anas.framesOf('presence').map(({ data }) => data.users[bruno.user.id])
    expect(told).toEqual(['online', 'away', 'online', 'away', 'offline'])
  })

  it('who comes back at once was never away', async () => {
    const { ana, bruno, anas, brunos } = await anaAndBruno()
    await brunos.request('presence.set', { status: 'away' })
    await expectStatus(anas, bruno, 'away')
    // They go while this is still to be told.
    await brunos.request('presence.set', { status: 'online' })
    brunos.close()
    await waitFor(() => gateway.context.hub.connectionsOf(bruno.user.id).size === 0, { what: 'Bruno to be gone' })
    const again = await connect(bruno)
    await expectStatus(again, ana, 'online')
    // What comes up later is told, and nothing was before.
    await sleep(1.5 * presenceGraceMs)
    await again.request('presence.set', { status: 'away' })
    await expectStatus(anas, bruno, 'away')
    const told = anas.framesOf('presence').map(({ data }) => data.users[bruno.user.id])
    expect(told).toEqual(['online', 'away', 'online', 'away'])
  })

  it('is greeted with those who are there, right after hello', async () => {
    const { ana, bruno, anas, brunos } = await anaAndBruno()
    await room(ana, await person())
    await brunos.request('presence.set', { status: 'away' })
    await expectStatus(anas, bruno, 'away')
    const second = await connect(ana)
    await second.next('presence')
    expect(second.frames.slice(0, 2).map(({ type }) => type)).toEqual(['hello', 'presence'])
    expect(second.framesOf('presence')[0]?.data).toEqual({ users: { [bruno.user.id]: 'away' } })
  })

  it('gets no such frame when nobody is there', async () => {
    const [lonely, other] = [await person(), await person()]
    await room(lonely, other)
    const socket = await connect(lonely)
    const second = await connect(lonely)
    await socket.request('ping', {})
    await second.request('ping', {})
    expect([...socket.framesOf('presence'), ...second.framesOf('presence')]).toEqual([])
  })
})

describe('nothing is told', () => {
  it('to strangers', async () => {
    const stranger = await connect(await person())
    const { bruno, anas, brunos } = await anaAndBruno()
    await brunos.request('presence.set', { status: 'away' })
    await expectStatus(anas, bruno, 'away')
    await stranger.request('ping', {})
    expect(stranger.framesOf('presence')).toEqual([])
  })

  it('across a block that was there before, in both directions', async () => {
    const { ana, roomId, anas } = await anaAndBruno()
    const [blocker, blocked] = [await person(), await person()]
    await block(blocker, ana)
    await block(ana, blocked)
    for (const other of [blocker, blocked]) {
      // Somebody whom she blocks cannot be added, but can come by a link.
      const { id } = (await call<{ id: string }>(ana, 'POST', '/api/share-links', { conversationId: roomId })).body
      expect((await call(other, 'POST', `/api/share-links/${id}/join`, {})).status).toBeLessThan(300)
      const theirs = await connect(other)
      await theirs.request('presence.set', { status: 'away' })
      await theirs.next('presence')
      await anas.request('ping', {})
      expect(knows(theirs, ana)).toBe(false)
      expect(knows(anas, other)).toBe(false)
    }
  })

  it('in a room with too many members, to whoever is or comes there', async () => {
    const crowd = await Promise.all(Array.from({ length: 5 }, person))
    const [first, second] = crowd
    if (!first || !second) throw new Error('there should be five')
    await room(first, ...crowd.slice(1))
    const [one, two] = [await connect(first), await connect(second)]
    await two.request('presence.set', { status: 'away' })
    // They learn of each other with their first small room.
    const before = [one, two].map((socket) => socket.framesOf('presence').length)
    await room(first, second)
    await expectStatus(one, second, 'away')
    await expectStatus(two, first, 'online')
    expect(before).toEqual([0, 0])
  })

  it('when a block is made or ended between people who share nothing', async () => {
    const [ana, bruno] = [await person(), await person()]
    const [anas, brunos] = [await connect(ana), await connect(bruno)]
    await block(ana, bruno)
    await unblock(ana, bruno)
    await sleep(2 * presenceEveryMs)
    expect([...anas.framesOf('presence'), ...brunos.framesOf('presence')]).toEqual([])
  })
})

describe('people lose sight of each other', () => {
  it('by a block at once, and see each other again when it ends', async () => {
    const { ana, bruno, anas, brunos } = await anaAndBruno()
    await block(ana, bruno)
    await expectStatus(anas, bruno, 'offline')
    await expectStatus(brunos, ana, 'offline')
    await brunos.request('presence.set', { status: 'away' })
    await sleep(2 * presenceEveryMs)
    expect([statusOf(anas, bruno), statusOf(brunos, ana)]).toEqual(['offline', 'offline'])
    await unblock(ana, bruno)
    await expectStatus(anas, bruno, 'away')
    await expectStatus(brunos, ana, 'online')
  })

  it('until both have ended their block', async () => {
    const { ana, bruno, anas, brunos } = await anaAndBruno()
    await block(ana, bruno)
    await block(bruno, ana)
    await expectStatus(anas, bruno, 'offline')
    await unblock(ana, bruno)
    await sleep(2 * presenceEveryMs)
    expect([statusOf(anas, bruno), statusOf(brunos, ana)]).toEqual(['offline', 'offline'])
    await unblock(bruno, ana)
    await expectStatus(anas, bruno, 'online')
    await expectStatus(brunos, ana, 'online')
  })

  it('with the last conversation that they share', async () => {
    const { ana, bruno, roomId, anas, brunos } = await anaAndBruno()
    const otherId = await room(ana, bruno)
    await remove(roomId, ana, bruno)
    await brunos.next('member.removed')
    await brunos.request('presence.set', { status: 'away' })
    await expectStatus(anas, bruno, 'away')
    await call(ana, 'DELETE', `/api/conversations/${otherId}`)
    await expectStatus(brunos, ana, 'offline')
    await expectStatus(anas, bruno, 'offline')
    // Nor is either of them greeted with the other.
    const second = await connect(bruno)
    await second.request('ping', {})
    expect(knows(second, ana)).toBe(false)
  })

  it('with an account that is deleted', async () => {
    const { bruno, anas } = await anaAndBruno()
    await call(bruno, 'DELETE', '/api/users/me')
    await expectStatus(anas, bruno, 'offline')
  })

  it('when their room grows too large, and find each other when it is small again', async () => {
    const { ana, bruno, roomId, anas, brunos } = await anaAndBruno()
    const others = [await person(), await person(), await person()]
    for (const other of others) await add(roomId, ana, other)
    await expectStatus(anas, bruno, 'offline')
    await expectStatus(brunos, ana, 'offline')
    const [first] = others
    if (first) await remove(roomId, ana, first)
    await expectStatus(anas, bruno, 'online')
    await expectStatus(brunos, ana, 'online')
  })
})

describe('people find each other', () => {
  it('in a new conversation, and when they join one', async () => {
    const [ana, bruno, cleo] = [await person(), await person(), await person()]
    const [anas, brunos, cleos] = [await connect(ana), await connect(bruno), await connect(cleo)]
    const roomId = await room(ana, bruno)
    await expectStatus(anas, bruno, 'online')
    await expectStatus(brunos, ana, 'online')
    await add(roomId, ana, cleo)
    await expectStatus(brunos, cleo, 'online')
    await expectStatus(cleos, bruno, 'online')
  })

  it('as a guest, in the one conversation that is theirs', async () => {
    const { ana, bruno, roomId, anas, brunos } = await anaAndBruno()
    const cleo = await person()
    await room(ana, cleo)
    const cleos = await connect(cleo)
    const visitor = await guest(ana, roomId)
    const theirs = await connect(visitor)
    await expectStatus(theirs, bruno, 'online')
    await expectStatus(theirs, ana, 'online')
    await expectStatus(brunos, visitor, 'online')
    await cleos.request('presence.set', { status: 'away' })
    await expectStatus(anas, cleo, 'away')
    await theirs.request('ping', {})
    expect(knows(theirs, cleo)).toBe(false)
    expect(knows(cleos, visitor)).toBe(false)
  })
})

it.each(['block', 'removal'])(
  'takes back what waits for a slow client of somebody who is hidden meanwhile, by a %s',
  async (way) => {
    const patient = await startTestGateway({ SOCKET_QUEUED_BYTES: String(64 * 1024 * 1024) })
    const { block: hide, connect: open, person: register, remove: leave, room: make } = awareness(() => patient)
    const [ana, bruno] = [await register(), await register()]
    const roomId = await make(ana, bruno)
    const [anas, brunos] = [await open(ana), await open(bruno)]
    await expectStatus(brunos, ana, 'online')
    brunos.socket.pause()
    const long = {
      type: 'conversation.created',
      conversationId: 'x'.repeat(60_000),
      data: { id: '', version: 1 },
    } as const
    for (let count = 0; count < 300; count += 1) patient.context.hub.tell([bruno.user.id], long)
    const [connection] = patient.context.hub.connectionsOf(bruno.user.id)
    const waiting: string[] = []
    const look = () => {
      waiting.splice(0)
      connection?.revise((one) => {
        if (one.frame.type !== 'conversation.created') waiting.push(one.frame.type)
        return one
      })
      return waiting.length
    }
    await anas.request('presence.set', { status: 'away' })
    await anas.request('typing.start', { conversationId: roomId })
    await waitFor(() => look() === 2, { what: 'presence and typing to wait' })
    await (way === 'block' ? hide(bruno, ana) : leave(roomId, ana, bruno))
    brunos.socket.resume()
    await expectStatus(brunos, ana, 'offline')
    expect(brunos.framesOf('conversation.created')).toHaveLength(300)
    const told = brunos.framesOf('presence').map(({ data }) => data.users[ana.user.id])
    expect(told).toEqual(['online', 'offline'])
    expect(brunos.framesOf('typing').flatMap(({ data }) => data.userIds)).toEqual([])
    for (const socket of [anas, brunos]) socket.close()
    await patient.close()
  },
)

it('is told once in a while, all of it in one frame', async () => {
  const calm = await startTestGateway({}, { awareness: { presenceEveryMs: 400 } })
  const { connect: open, person: register, room: make } = awareness(() => calm)
  const [ana, ...others] = [await register(), await register(), await register(), await register()]
  if (!ana) throw new Error('there should be somebody')
  await make(ana, ...others)
  const anas = await open(ana)
  const sockets = await Promise.all(others.map(({ accessToken }) => signIn(calm.url, accessToken)))
  for (const other of others) await expectStatus(anas, other, 'online')
  const before = anas.framesOf('presence').length
  const start = performance.now()
  for (let round = 0; round < 10; round += 1) {
    for (const status of ['away', 'online', 'away']) {
      await Promise.all(sockets.map((socket) => socket.request('presence.set', { status })))
    }
    if (round < 9) await Promise.all(sockets.map((socket) => socket.request('presence.set', { status: 'online' })))
    await sleep(50)
  }
  for (const other of others) await expectStatus(anas, other, 'away')
  const frames = anas.framesOf('presence').length - before
  expect(frames).toBeLessThanOrEqual(1 + (performance.now() - start) / 400)
  for (const socket of sockets) socket.close()
  await calm.close()
})
