import { close, type ProtocolCase, pong } from './case.js'
import { closing, frame, opcodes, pingJson, text } from './frames.js'

const { ping } = opcodes
const longest = Buffer.alloc(125, 0xfe)
const tooLong = Buffer.alloc(126, 0x61)

const pings: ProtocolCase[] = [
  ...['', 'a', 'é€😀', '\u0000'].map((payload) => ({
    name: `a ping of ${Buffer.byteLength(payload)} bytes`,
    bytes: [frame({ opcode: ping, payload })],
    expects: [pong(payload)],
  })),
  {
    name: 'a ping of 125 bytes that are no UTF-8',
    bytes: [frame({ opcode: ping, payload: longest })],
    expects: [pong(longest)],
  },
  { name: 'a ping of 126 bytes', bytes: [frame({ opcode: ping, payload: tooLong })], expects: [close(1002)] },
  { name: 'a ping in pieces', bytes: [frame({ opcode: ping, fin: false, payload: 'a' })], expects: [close(1002)] },
  { name: 'a pong that nobody asked for', bytes: [frame({ opcode: opcodes.pong, payload: 'a' })] },
  { name: 'a pong of 125 bytes', bytes: [frame({ opcode: opcodes.pong, payload: longest })] },
  { name: 'a pong of 126 bytes', bytes: [frame({ opcode: opcodes.pong, payload: tooLong })], expects: [close(1002)] },
  { name: 'a pong in pieces', bytes: [frame({ opcode: opcodes.pong, fin: false })], expects: [close(1002)] },
]

/** Codes that may be sent are echoed (RFC 6455, 7.4, and the registry of IANA); the others are errors. */
const allowed = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3999, 4000, 4001, 4999,
]
const forbidden = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2998, 2999, 5000, 5001, 32_768, 65_535]

const codes: ProtocolCase[] = [
  ...allowed.map((code) => ({ name: `close ${code}`, bytes: [closing(code, 'bye')], expects: [close(code)] })),
  ...forbidden.map((code) => ({ name: `close ${code}`, bytes: [closing(code)], expects: [close(1002)] })),
]

const closes: ProtocolCase[] = [
  { name: 'a close without payload', bytes: [closing()], expects: [close(1005)] },
  { name: 'a close of one byte', bytes: [frame({ opcode: opcodes.close, payload: 'a' })], expects: [close(1002)] },
  { name: 'a close of two bytes', bytes: [closing(1000)], expects: [close(1000)] },
  { name: 'a close of 123 bytes', bytes: [closing(1000, 'a'.repeat(121))], expects: [close(1000)] },
  { name: 'a close of 125 bytes', bytes: [closing(1000, 'a'.repeat(123))], expects: [close(1000)] },
  { name: 'a close of 126 bytes', bytes: [closing(1000, 'a'.repeat(124))], expects: [close(1002)] },
  { name: 'a close of 300 bytes', bytes: [closing(1000, 'a'.repeat(298))], expects: [close(1002)] },
  { name: 'a close in pieces', bytes: [frame({ opcode: opcodes.close, fin: false })], expects: [close(1002)] },
  { name: 'a reason of UTF-8', bytes: [closing(1000, 'é€😀')], expects: [close(1000)] },
  ...['ff', 'c0af', 'eda080', 'f4908080', 'e282', '80'].map((hex) => ({
    name: `a reason of the bytes ${hex}`,
    bytes: [closing(1000, Buffer.from(hex, 'hex'))],
    expects: [close(1007)],
  })),
  { name: 'a ping after a close', bytes: [closing(1000), frame({ opcode: ping })], expects: [close(1000)] },
  { name: 'a text after a close', bytes: [closing(1000), text(pingJson('late'))], expects: [close(1000)] },
  { name: 'a second close', bytes: [closing(1000), closing(1001)], expects: [close(1000)] },
  { name: 'garbage after a close', bytes: [closing(1000), Buffer.alloc(10_000, 0xff)], expects: [close(1000)] },
  { name: 'a text after a wrong frame', bytes: [frame({ opcode: 3 }), text(pingJson('late'))], expects: [close(1002)] },
  {
    name: 'a megabyte after a wrong frame',
    bytes: [frame({ opcode: 3 }), Buffer.alloc(1024 * 1024)],
    expects: [close(1002)],
  },
  {
    name: 'a close byte by byte',
    bytes: Array.from(closing(4000, 'bye'), (byte) => Buffer.from([byte])),
    apart: true,
    expects: [close(4000)],
  },
  {
    name: 'a ping before a close',
    bytes: [frame({ opcode: ping, payload: 'a' }), closing(1000)],
    expects: [pong('a'), close(1000)],
  },
]

export const controlCases = [...pings, ...codes, ...closes]
