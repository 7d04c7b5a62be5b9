import { type ClientFrame, type ClientFrameType, clientFrames } from '@meeshy/shared/frames/client-frames'
import { newId } from '@meeshy/shared/ids'
import { request } from '../../lib/rest-client.js'
import type { Answered, Cell, Policy } from './calls.js'
import type { SocketDoor } from './sockets.js'

/** A frame that clients send, as the description of the socket tells of it. */
export interface DescribedFrame {
  name: ClientFrameType
  policy: Policy
}

/** What each frame carries; one without its line here does not compile. */
const samples: { [Name in ClientFrameType]: (cell: Cell) => ClientFrame<Name>['data'] } = {
  auth: ({ world, persona }) => ({ token: world.token(persona) ?? 'nothing' }),
  ping: () => ({}),
  'message.send': ({ id }) => ({ conversationId: id ?? '', content: 'Hello', clientMessageId: newId() }),
  'message.edit': ({ id }) => ({ messageId: id ?? '', content: 'Hello again', originalLanguage: 'en' }),
  'message.delete': ({ id }) => ({ messageId: id ?? '' }),
  'message.read': ({ id }) => ({ conversationId: id ?? '', seq: 1 }),
  'message.translate': ({ id }) => ({ messageId: id ?? '', targetLanguage: 'en' }),
  'typing.start': ({ id }) => ({ conversationId: id ?? '' }),
  'typing.stop': ({ id }) => ({ conversationId: id ?? '' }),
  'presence.set': () => ({ status: 'away' }),
  // The epoch of `hello` comes with the socket.
  resume: ({ id }) => ({ conversations: { [id ?? '']: 0 }, epoch: '' }),
}

/** Every frame that a client may send, with its policy as it is published. */
export async function readFrames(gatewayUrl: string): Promise<DescribedFrame[]> {
  type Described = { operations: Record<string, { 'x-policy': Policy } | undefined> }
  const { operations } = await request<Described>(gatewayUrl, 'GET', '/docs/asyncapi.json')
  return (Object.keys(clientFrames) as ClientFrameType[]).map((name) => {
    const policy = operations[`client.${name}`]?.['x-policy']
    if (!policy) throw new Error(`the description of the socket says nothing of ${name}`)
    return { name, policy }
  })
}

/** Sends a frame through the front door, as whoever the cell is about, and reads its answer. */
export async function send(door: SocketDoor, { name }: DescribedFrame, cell: Cell): Promise<Answered> {
  const socket = await door.socketOf(cell.world, cell.persona)
  const data = samples[name](cell)
  if (name !== 'resume') return answered(await socket.request(name, data))
  const ack = await socket.request(name, { ...data, epoch: socket.epoch })
  // What matters of it is what the answers that follow say of the conversation.
  return isDone(ack) ? resumed(await socket.resumedOf(cell.id ?? ''), cell) : answered(ack)
}

function answered(ack: string): Answered {
  const { ok, error } = JSON.parse(ack) as { ok: boolean; error?: { status: number } }
  return { status: ok ? 200 : (error?.status ?? 0), bytes: `\n${withoutOwn(ack)}` }
}

function resumed(bytes: string, { id }: Cell): Answered {
  const isHidden = bytes.includes('"reason":"not_found"')
  return { status: isHidden ? 404 : 200, bytes: `\n${bytes.replaceAll(id ?? '', 'the conversation')}` }
}

function isDone(ack: string): boolean {
  return (JSON.parse(ack) as { ok: boolean }).ok
}

/** What every answer has of its own is left out. */
function withoutOwn(ack: string): string {
  return ack.replace(/"requestId":"[^"]*",?/, '').replace(/"ref":\d+,?/, '')
}
