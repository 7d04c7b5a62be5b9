import { newId } from '@meeshy/shared/ids'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { awareness } from './awareness.js'
import type { TestSocket } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
const { add, block, call, connect, person, remove, room } = awareness(() => gateway)

beforeAll(async () => {
  gateway = await startTestGateway({}, { awareness: { smallRoomMembers: 4 } })
})
afterAll(() => gateway.close())

/** Two in a room with three messages of Ana; Bruno has two devices. */
async function anaAndBruno() {
  const [ana, bruno] = [await person(), await person()]
  const roomId = await room(ana, bruno)
  const [anas, brunos, second] = [await connect(ana), await connect(bruno), await connect(bruno)]
  for (let count = 0; count < 3; count += 1) {
    await anas.request('message.send', { conversationId: roomId, content: 'Hi', clientMessageId: newId() })
  }
  return { ana, bruno, roomId, anas, brunos, second }
}

const read = (roomId: string, { user }: Person, seq: number) => ({
  type: 'message.read',
  conversationId: roomId,
  data: { userId: user.id, seq },
})
const marks = (socket: TestSocket) => socket.framesOf('message.read').map(({ data }) => data.seq)

it('tells every device of the reader and the other members, by a frame or by REST', async () => {
  const { bruno, roomId, anas, brunos, second } = await anaAndBruno()
  await brunos.request('message.read', { conversationId: roomId, seq: 1 })
  for (const socket of [anas, brunos, second]) expect(await socket.next('message.read')).toEqual(read(roomId, bruno, 1))
  await call(bruno, 'POST', `/api/conversations/${roomId}/read`, { seq: 2 })
  for (const socket of [anas, brunos, second]) {
    expect(await socket.next('message.read', 1)).toEqual(read(roomId, bruno, 2))
  }
})

it('tells nothing of a mark that did not move', async () => {
  const { roomId, anas, brunos } = await anaAndBruno()
  for (const seq of [2, 1, 2, 3]) await brunos.request('message.read', { conversationId: roomId, seq })
  await anas.next('message.read', 1)
  expect(marks(anas)).toEqual([2, 3])
})

it('never tells of a mark behind one that was told, whichever answer comes first', async () => {
  const { bruno, roomId, anas, brunos } = await anaAndBruno()
  const { receipts } = gateway.context
  const place = { conversationId: roomId, userId: bruno.user.id }
  await Promise.all([receipts.tell({ ...place, seq: 2 }), receipts.tell({ ...place, seq: 1 })])
  await receipts.tell({ ...place, seq: 3 })
  await anas.next('message.read', 1)
  await brunos.next('message.read', 1)
  expect([marks(anas), marks(brunos)]).toEqual([
    [2, 3],
    [2, 3],
  ])
})

it('tells only the reader’s own devices in a room with too many members', async () => {
  const { ana, bruno, roomId, anas, brunos, second } = await anaAndBruno()
  for (let count = 0; count < 3; count += 1) await add(roomId, ana, await person())
  await brunos.request('message.read', { conversationId: roomId, seq: 3 })
  expect(await brunos.next('message.read')).toEqual(read(roomId, bruno, 3))
  expect(await second.next('message.read')).toEqual(read(roomId, bruno, 3))
  await anas.request('ping', {})
  expect(marks(anas)).toEqual([])
})

it('tells nobody who is no member, and members across a block', async () => {
  const { ana, bruno, roomId, anas, brunos } = await anaAndBruno()
  const stranger = await connect(await person())
  const former = await person()
  await add(roomId, ana, former)
  const formers = await connect(former)
  await remove(roomId, ana, former)
  await block(ana, bruno)
  await brunos.request('message.read', { conversationId: roomId, seq: 3 })
  expect(await anas.next('message.read')).toEqual(read(roomId, bruno, 3))
  for (const socket of [stranger, formers]) {
    await socket.request('ping', {})
    expect(marks(socket)).toEqual([])
  }
})
