import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { EventFrame } from '@meeshy/shared/frames/event-frames'
import { newId } from '@meeshy/shared/ids'
import { Server as SocketIoServer } from 'socket.io'
import { type WebSocket, WebSocketServer } from 'ws'
import { encode } from '../../../fastify-service/src/websocket/delivery/outgoing.js'
import type { Draft } from '../audience/dialects.js'

/** Heartbeats do not fall into what is measured. */
const pingInterval = 600_000
const hello = '{"type":"hello"}'

/** Servers that hand on what is said to everybody who is connected, and do nothing else. @returns their ports */
export const peers = { socketIo, ws, net } satisfies Record<string, () => Promise<number>>

/** Its normal fast path: the adapter in memory makes the frame once. */
async function socketIo(): Promise<number> {
  const server = createHttpServer()
  const io = new SocketIoServer(server, { transports: ['websocket'], serveClient: false, pingInterval })
  const frameOf = framer()
  io.on('connection', (socket) => {
    void socket.join('room')
    socket.on('message.send', (draft: Draft) => {
      const { type, ...event } = frameOf(draft)
      io.to('room').emit(type, event)
    })
  })
  return listen(server)
}

/** JSON for everybody, as many a chat has it. */
async function ws(): Promise<number> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  const room = new Set<WebSocket>()
  const frameOf = framer()
  server.on('connection', (socket) => {
    room.add(socket)
    socket.on('message', (text) => {
      const frame = frameOf(JSON.parse(String(text)).data)
      for (const client of room) client.send(JSON.stringify(frame))
    })
    socket.on('close', () => room.delete(socket))
    socket.send(hello)
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** No WebSocket, one buffer, no counting: Node cannot do less. */
async function net(): Promise<number> {
  const room = new Set<Socket>()
  const frameOf = framer()
  const server = createServer({ noDelay: true }, (socket) => {
    room.add(socket)
    socket.on('data', (text) => {
      const { bytes } = encode(frameOf(JSON.parse(String(text))))
      for (const client of room) client.write(bytes)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => room.delete(socket))
    socket.write(encode(JSON.parse(hello)).bytes)
  })
  return listen(server)
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

/** Makes the frames that the gateway would send for the same drafts. */
function framer(): (draft: Draft) => EventFrame {
  const senderId = newId()
  let seq = 0
  return ({ conversationId, clientMessageId, content, originalLanguage }) => {
    seq += 1
    return {
      type: 'message.new',
      conversationId,
      eventSeq: seq,
      data: {
        id: newId(),
        conversationId,
        seq,
        revision: 1,
        senderId,
        clientMessageId,
        content,
        messageType: 'text',
        originalLanguage,
        languageSource: 'client',
        replyToId: null,
        createdAt: new Date().toISOString(),
        editedAt: null,
        deletedAt: null,
        translations: {},
        display: { language: originalLanguage, text: content, translated: false },
      },
    }
  }
}
