import type {} from '@fastify/websocket'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import type { TestGateway } from '../support.js'
import { type ProtocolCase, pong } from './case.js'
import { frame, opcodes, type ServerFrameParts } from './frames.js'
import { RawClient } from './raw-client.js'

/** Nothing but the cases closes a socket, and the server has nothing to say by itself. */
export const protocolSettings = {
  SOCKET_FRAMES_PER_10S: '100000',
  SOCKETS_PER_USER: '1000',
  SOCKETS_PER_ADDRESS: '1000',
  SOCKET_HEARTBEAT_MS: '600000',
}

const probe = 'is anybody there?'

/**
 * Puts a case on the wire and returns all that the server said. Ends when the server has let go of the socket.
 *
 * @param sockets how many sockets are open without this one; unknown when others come and go
 */
export async function runCase(
  gateway: TestGateway,
  token: string,
  one: ProtocolCase,
  sockets?: number,
): Promise<string[]> {
  const { expects = [] } = one
  const client = await RawClient.open(gateway.url, token)
  await write(client, one)
  const isOver = () =>
    client.closeCode !== null || client.ended || (!one.isCut && client.frames.length >= expects.length)
  if (!one.leaves) await waitFor(isOver, { what: `the answers to: ${one.name}` })
  const willBeOpen = !one.leaves && !one.isCut && !expects.some((expected) => expected.startsWith('close'))
  // Whatever else the server had to say comes before the answer to this.
  if (willBeOpen && client.closeCode === null) await ask(client)
  if (one.leaves === 'reset') client.reset()
  else client.end()
  const isGone = () =>
    client.ended && (sockets ?? gateway.app.websocketServer.clients.size) === gateway.app.websocketServer.clients.size
  await waitFor(isGone, { what: `the end of: ${one.name}` })
  const said = client.frames.map(describe)
  if (one.isCut) return said.filter((line) => line.startsWith('close'))
  return willBeOpen ? said.filter((line) => line !== pong(probe)) : said
}

async function write(client: RawClient, { bytes, apart }: ProtocolCase): Promise<void> {
  if (!apart) return client.write(Buffer.concat(bytes))
  for (const piece of bytes) {
    client.write(piece)
    // Two turns of both sides' event loop; they share it.
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
}

async function ask(client: RawClient): Promise<void> {
  client.write(frame({ opcode: opcodes.ping, payload: probe }))
  const isAnswered = () => client.frames.map(describe).includes(pong(probe)) || client.ended
  await waitFor(isAnswered, { what: 'the socket to work on' })
  if (client.ended) throw new Error('the socket should work on, and was closed')
}

/** A frame of the server in the words of the cases; anything that servers must not send throws. */
export function describe({ fin, rsv, opcode, isMasked, payload }: ServerFrameParts): string {
  if (!fin || rsv !== 0 || isMasked) throw new Error('a frame that a server must not send')
  if (opcode === opcodes.pong) return pong(payload)
  if (opcode === opcodes.close) return `close ${payload.length < 2 ? 1005 : payload.readUInt16BE(0)}`
  if (opcode !== opcodes.text) throw new Error(`a frame of kind ${opcode}`)
  const { type, ref, ok, data } = JSON.parse(payload.toString())
  if (type === 'ack') return ok ? `ack ${ref}` : `refused ${ref}`
  return type === 'error' ? `error ${data.code}` : type
}

/** The lines of what went wrong on the server's side. */
export function errorLines(lines: string[]): string[] {
  return lines.filter((line) => /"level":"(error|fatal)"|"status":5\d\d/.test(line))
}
