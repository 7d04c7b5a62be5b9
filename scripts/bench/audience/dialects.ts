import { clientFrame } from './frame-reader.js'

/** What somebody says, as `message.send` has it. */
export interface Draft {
  conversationId: string
  clientMessageId: string
  content: string
  originalLanguage: string
}

/** How a server wants to be spoken to. */
export interface Dialect {
  /** The request that opens a WebSocket; null where frames come over the bare connection. */
  upgrade(token: string): { path: string; protocols: string } | null
  /** How a message begins, up to the conversation's id, and what stands around that of the gateway's own JSON. */
  messageStart: Buffer
  wrapping: number
  /** What to do with another frame: the reader is in, or says this. */
  meet(text: string): 'in' | { say: string } | null
  /** What goes over the connection. */
  send(ref: string, draft: Draft): Buffer
  /** Whether the server answers what is sent. */
  acks: boolean
}

const plainStart = '{"type":"message.new","conversationId":"'
const socketIoStart = '42["message.new",{"conversationId":"'

const plain = {
  messageStart: Buffer.from(plainStart),
  wrapping: 0,
  meet: (text) => (text.startsWith('{"type":"hello"') ? 'in' : null),
  send: (ref, data) => clientFrame(JSON.stringify({ type: 'message.send', ref, data })),
} satisfies Partial<Dialect>

export const dialects = {
  gateway: { ...plain, upgrade: (token) => ({ path: '/ws', protocols: `bearer, ${token}` }), acks: true },
  ws: { ...plain, upgrade: () => ({ path: '/', protocols: '' }), acks: false },
  net: {
    ...plain,
    upgrade: () => null,
    send: (_, draft) => Buffer.from(JSON.stringify(draft)),
    acks: false,
  },
  socketIo: {
    upgrade: () => ({ path: '/socket.io/?EIO=4&transport=websocket', protocols: '' }),
    messageStart: Buffer.from(socketIoStart),
    // And the bracket at the end.
    wrapping: socketIoStart.length - plainStart.length + 1,
    meet: (text) => {
      if (text.startsWith('0{')) return { say: '40' }
      return text.startsWith('40{') ? 'in' : null
    },
    send: (_, draft) => clientFrame(`42${JSON.stringify(['message.send', draft])}`),
    acks: false,
  },
} satisfies Record<string, Dialect>

export type DialectName = keyof typeof dialects
