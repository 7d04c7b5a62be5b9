import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { awareness, knows } from './awareness.js'
import type { TestSocket } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

const typingEveryMs = 40
let gateway: TestGateway
const { add, block, call, connect, direct, guest, person, remove, room, unblock } = awareness(() => gateway)

beforeAll(async () => {
  const limits = { typingEveryMs, typingMs: 60_000, presenceEveryMs: 10, smallRoomMembers: 14 }
  gateway = await startTestGateway({}, { awareness: limits })
})
afterAll(() => gateway.close())

async function group(count: number): Promise<{ people: Person[]; roomId: string; sockets: TestSocket[] }> {
  const people = await Promise.all(Array.from({ length: count }, person))
  const [creator, ...others] = people as [Person, ...Person[]]
  const roomId = await room(creator, ...others)
  const sockets: TestSocket[] = []
  for (const one of people) sockets.push(await connect(one))
  return { people, roomId, sockets }
}

type Three<Item> = [Item, Item, Item]

async function three() {
  const { people, roomId, sockets } = await group(3)
  const [[ana, bruno, cleo], [anas, brunos, cleos]] = [people as Three<Person>, sockets as Three<TestSocket>]
  return { ana, bruno, cleo, roomId, anas, brunos, cleos }
}

/** Who types there, as a client believes. */
function typers(socket: TestSocket, conversationId: string): string[] {
  return socket.framesOf('typing').findLast((frame) => frame.conversationId === conversationId)?.data.userIds ?? []
}

async function expectTyping(socket: TestSocket, conversationId: string, people: Person[]): Promise<void> {
  const ids = people.map(({ user }) => user.id).sort()
  const what = `${people.length} to be typing`
  await waitFor(() => String([...typers(socket, conversationId)].sort()) === String(ids), { what })
}

describe('typing', () => {
  it('is seen by the others, all who type in one frame, until they stop', async () => {
    const { ana, bruno, roomId, anas, brunos, cleos } = await three()
    expect(await anas.request('typing.start', { conversationId: roomId })).toMatchObject({ ok: true, data: {} })
    const first = await cleos.next('typing')
    expect(first).toEqual({
      type: 'typing',
      conversationId: roomId,
      data: { userIds: [ana.user.id], expiresInMs: expect.any(Number) },
    })
    expect(first.data.expiresInMs).toBeGreaterThan(50_000)
    expect(first.data.expiresInMs).toBeLessThanOrEqual(60_000)
    await brunos.request('typing.start', { conversationId: roomId })
    await expectTyping(cleos, roomId, [ana, bruno])
    await expectTyping(anas, roomId, [bruno])
    await expectTyping(brunos, roomId, [ana])
    await anas.request('typing.stop', { conversationId: roomId })
    await expectTyping(cleos, roomId, [bruno])
    await brunos.request('typing.stop', { conversationId: roomId })
    await expectTyping(cleos, roomId, [])
    expect(cleos.framesOf('typing').at(-1)?.data.expiresInMs).toBe(0)
    expect(knows(anas, ana)).toBe(false)
  })

  it('ends by itself, and goes on when it is said again', async () => {
    const quick = await startTestGateway({}, { awareness: { typingMs: 2_500, typingEveryMs: 20 } })
    const { connect: open, person: register, room: make } = awareness(() => quick)
    const [ana, bruno] = [await register(), await register()]
    const roomId = await make(ana, bruno)
    const [anas, brunos] = [await open(ana), await open(bruno)]
    const start = performance.now()
    // Said again all the time, for longer than one word holds.
    while (performance.now() - start < 3_500) {
      await anas.request('typing.start', { conversationId: roomId })
      await sleep(100)
    }
    await expectTyping(brunos, roomId, [])
    expect(performance.now() - start).toBeGreaterThan(5_500)
    const names = brunos.framesOf('typing').map(({ data }) => data.userIds.length)
    expect(names.indexOf(0)).toBe(names.length - 1)
    await quick.close()
  })

  it('ends with the message, by a socket or by REST', async () => {
    const { ana, roomId, anas, brunos } = await three()
    await anas.request('typing.start', { conversationId: roomId })
    await expectTyping(brunos, roomId, [ana])
    await anas.request('message.send', { conversationId: roomId, content: 'Hi', clientMessageId: newId() })
    await expectTyping(brunos, roomId, [])
    await anas.request('typing.start', { conversationId: roomId })
    await expectTyping(brunos, roomId, [ana])
    await call(ana, 'POST', `/api/conversations/${roomId}/messages`, { content: 'Hi again' })
    await expectTyping(brunos, roomId, [])
  })

  it('ends with the last socket', async () => {
    const { ana, roomId, anas, brunos, cleos } = await three()
    const second = await connect(ana)
    await anas.request('typing.start', { conversationId: roomId })
    await expectTyping(brunos, roomId, [ana])
    anas.close()
    await waitFor(() => gateway.context.hub.connectionsOf(ana.user.id).size === 1, { what: 'one socket to be gone' })
    await cleos.request('typing.start', { conversationId: roomId })
    await brunos.next('typing', 1)
    expect(typers(brunos, roomId)).toContain(ana.user.id)
    second.close()
    await waitFor(() => !typers(brunos, roomId).includes(ana.user.id), { what: 'Ana to type no more' })
  })

  it('ends when somebody is removed, who is told nothing more', async () => {
    const { ana, bruno, cleo, roomId, anas, brunos, cleos } = await three()
    await brunos.request('typing.start', { conversationId: roomId })
    await expectTyping(cleos, roomId, [bruno])
    await remove(roomId, ana, bruno)
    await expectTyping(cleos, roomId, [])
    await cleos.request('typing.start', { conversationId: roomId })
    await expectTyping(anas, roomId, [cleo])
    await brunos.request('ping', {})
    expect(knows(brunos, cleo) && typers(brunos, roomId).includes(cleo.user.id)).toBe(false)
  })

  it('is told once in a while', async () => {
    const { roomId, anas, brunos } = await three()
    const start = performance.now()
    for (let count = 0; count < 20; count += 1) {
      await anas.request(count % 2 ? 'typing.stop' : 'typing.start', { conversationId: roomId })
      await sleep(5)
    }
    await expectTyping(brunos, roomId, [])
    const most = 1 + (performance.now() - start) / typingEveryMs
    expect(brunos.framesOf('typing').length).toBeLessThanOrEqual(most)
  })

  it('names ten at most', async () => {
    const { roomId, sockets } = await group(13)
    const [reader, ...others] = sockets
    for (const socket of others) await socket.request('typing.start', { conversationId: roomId })
    if (!reader) throw new Error('there should be a reader')
    await waitFor(() => typers(reader, roomId).length === 10, { what: 'ten to be typing' })
    await sleep(3 * typingEveryMs)
    expect(reader.framesOf('typing').every(({ data }) => data.userIds.length <= 10)).toBe(true)
  })

  it('is told to nobody in a room with too many members', async () => {
    const { people, roomId, sockets } = await group(3)
    const [ana, bruno] = sockets as [TestSocket, TestSocket]
    const [creator] = people as [Person]
    for (let count = 0; count < 12; count += 1) await add(roomId, creator, await person())
    expect(await ana.request('typing.start', { conversationId: roomId })).toMatchObject({ ok: true })
    await sleep(3 * typingEveryMs)
    await bruno.request('ping', {})
    expect(bruno.framesOf('typing')).toEqual([])
  })
})

describe('a block', () => {
  it('hides who types in a group, and the others still see it', async () => {
    const { ana, bruno, cleo, roomId, anas, brunos, cleos } = await three()
    await brunos.request('typing.start', { conversationId: roomId })
    await expectTyping(anas, roomId, [bruno])
    await block(ana, bruno)
    await expectTyping(anas, roomId, [])
    await expectTyping(cleos, roomId, [bruno])
    const [before, brunosBefore] = [anas, brunos].map((socket) => socket.framesOf('typing').length)
    await brunos.request('typing.stop', { conversationId: roomId })
    await expectTyping(cleos, roomId, [])
    await anas.request('typing.start', { conversationId: roomId })
    await expectTyping(cleos, roomId, [ana])
    await Promise.all([anas, brunos].map((socket) => socket.request('ping', {})))
    // Not even that something has happened.
    expect(anas.framesOf('typing')).toHaveLength(before ?? -1)
    expect(brunos.framesOf('typing')).toHaveLength(brunosBefore ?? -1)
    await cleos.request('typing.start', { conversationId: roomId })
    await expectTyping(brunos, roomId, [cleo])
    await unblock(ana, bruno)
    await anas.request('typing.start', { conversationId: roomId })
    await expectTyping(brunos, roomId, [ana, cleo])
  })

  it('lets nobody know in a direct conversation', async () => {
    const [ana, bruno] = [await person(), await person()]
    const roomId = await direct(ana, bruno)
    const [anas, brunos] = [await connect(ana), await connect(bruno)]
    await brunos.request('typing.start', { conversationId: roomId })
    await expectTyping(anas, roomId, [bruno])
    await brunos.request('typing.stop', { conversationId: roomId })
    await expectTyping(anas, roomId, [])
    await block(ana, bruno)
    const before = anas.framesOf('typing').length
    expect(await brunos.request('typing.start', { conversationId: roomId })).toMatchObject({ ok: true, data: {} })
    await sleep(3 * typingEveryMs)
    await anas.request('ping', {})
    expect(anas.framesOf('typing')).toHaveLength(before)
  })
})

it('is not_found for strangers, as for a conversation that is not there', async () => {
  const { roomId, brunos } = await three()
  const stranger = await connect(await person())
  const owner = await person()
  const visitor = await connect(await guest(owner, await room(owner)))
  for (const type of ['typing.start', 'typing.stop'] as const) {
    for (const socket of [stranger, visitor]) {
      const problems = [
        await socket.fail(type, { conversationId: roomId }),
        await socket.fail(type, { conversationId: newId() }),
        await socket.fail('message.send', { conversationId: newId(), content: 'Hi', clientMessageId: newId() }),
      ].map(({ requestId: _, ...rest }) => rest)
      expect(problems[0]).toMatchObject({ code: 'not_found' })
      expect(problems[1]).toEqual(problems[0])
      expect(problems[2]).toEqual(problems[0])
    }
  }
  await brunos.request('ping', {})
  expect(brunos.framesOf('typing')).toEqual([])
})

it('is seen by guests, and guests are seen', async () => {
  const { ana, roomId, anas } = await three()
  const visitor = await guest(ana, roomId)
  const theirs = await connect(visitor)
  await anas.request('typing.start', { conversationId: roomId })
  await expectTyping(theirs, roomId, [ana])
  await theirs.request('typing.start', { conversationId: roomId })
  await expectTyping(anas, roomId, [visitor])
})
