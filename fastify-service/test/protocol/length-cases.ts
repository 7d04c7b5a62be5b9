import { ack, close, type ProtocolCase, pong } from './case.js'
import { frame, opcodes, pingJson, text } from './frames.js'

const ok = pingJson('ok')
const topBit = 1n << 63n

/** Announced lengths that nobody can mean, whether data comes or not. */
const huge: ProtocolCase[] = [
  65_537n,
  100_000n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 32n) + 5n,
  (1n << 53n) - 1n,
  1n << 53n,
  topBit - 1n,
  topBit,
  topBit | 5n,
  (1n << 64n) - 1n,
].flatMap((length) => [
  {
    name: `${length} bytes announced, none sent`,
    bytes: [text('', { length, lengthBits: 64 })],
    expects: [close(1009)],
  },
  {
    name: `${length} bytes of binary announced, some sent`,
    bytes: [frame({ opcode: opcodes.binary, payload: ok, length, lengthBits: 64 })],
    expects: [close(1009)],
  },
])

/** Section 5.2 asks for the shortest form; a longer one says the same, and no reader is misled by it. */
const notMinimal: ProtocolCase[] = [
  { name: '16 bits for a short length', bytes: [text(ok, { lengthBits: 16 })], expects: [ack('ok')] },
  { name: '64 bits for a short length', bytes: [text(ok, { lengthBits: 64 })], expects: [ack('ok')] },
  { name: '64 bits for a length of 16', bytes: [text(ok.padEnd(200), { lengthBits: 64 })], expects: [ack('ok')] },
  {
    name: '16 bits for no length',
    bytes: [frame({ opcode: opcodes.binary, lengthBits: 16 })],
    expects: ['error bad_request'],
  },
  {
    name: '64 bits for no length',
    bytes: [frame({ opcode: opcodes.binary, lengthBits: 64 })],
    expects: ['error bad_request'],
  },
  {
    name: '16 bits in a ping',
    bytes: [frame({ opcode: opcodes.ping, lengthBits: 16, payload: 'a' })],
    expects: [close(1002)],
  },
  {
    name: '64 bits in a ping',
    bytes: [frame({ opcode: opcodes.ping, lengthBits: 64, payload: 'a' })],
    expects: [close(1002)],
  },
  {
    name: '16 bits in a close',
    bytes: [frame({ opcode: opcodes.close, lengthBits: 16, payload: 'ab' })],
    expects: [close(1002)],
  },
]

const lies: ProtocolCase[] = [
  {
    name: 'shorter than sent: the rest is read as a frame',
    bytes: [text(ok, { length: 4, mask: Buffer.alloc(4) })],
    expects: [close(1002)],
  },
  {
    name: 'longer than sent: the next frame is swallowed',
    bytes: [
      text(ok, { length: ok.length + 7, mask: Buffer.alloc(4) }),
      frame({ opcode: opcodes.ping, payload: '\xc3', mask: Buffer.alloc(4) }).subarray(0, 7),
      frame({ opcode: opcodes.ping }),
    ],
    expects: [close(1007)],
  },
  {
    name: 'a ping longer than sent swallows the next one',
    bytes: [
      frame({ opcode: opcodes.ping, length: 8, mask: Buffer.alloc(4), payload: 'ab' }),
      frame({ opcode: opcodes.ping, mask: Buffer.alloc(4) }),
    ],
    expects: [pong(Buffer.from('6162898000000000', 'hex'))],
  },
]

/** Where a frame may break off. */
const cuts: ProtocolCase[] = [
  ['one byte', text(ok).subarray(0, 1)],
  ['the two bytes that begin a frame', text(ok).subarray(0, 2)],
  ['half a 16-bit length', text(ok, { lengthBits: 16 }).subarray(0, 3)],
  ['half a 64-bit length', text(ok, { lengthBits: 64 }).subarray(0, 6)],
  ['half a mask', text(ok).subarray(0, 4)],
  ['a header', text(ok).subarray(0, 6)],
  ['half a payload', text(ok).subarray(0, 20)],
  ['all but the last byte', text(ok).subarray(0, -1)],
  ['half a ping', frame({ opcode: opcodes.ping, payload: 'abc' }).subarray(0, 7)],
  ['half a close', frame({ opcode: opcodes.close, payload: 'abc' }).subarray(0, 7)],
  ['64 KiB announced', text('', { length: 65_536 })],
].flatMap(([name, bytes]) =>
  (['end', 'reset'] as const).map((leaves) => ({
    name: `${name}, then ${leaves === 'end' ? 'an end' : 'a reset'}`,
    bytes: [bytes as Buffer],
    leaves,
  })),
)

export const lengthCases = [...huge, ...notMinimal, ...lies, ...cuts]
