import { ack, close, error, type ProtocolCase, pong } from './case.js'
import { fragments, frame, opcodes, pingJson, text } from './frames.js'

const { binary, continuation, ping } = opcodes
const maxFragments = 64
const maxBytes = 64 * 1024
const ok = pingJson('ok')

/** A ping of the application that is this long. */
function longPing(bytes: number): string {
  const json = pingJson('ok')
  return `${json.slice(0, -1)}${' '.repeat(bytes - json.length)}}`
}

function cutAt(json: string, ...places: number[]): string[] {
  const ends = [...places, json.length]
  return ends.map((end, index) => json.slice(index === 0 ? 0 : ends[index - 1], end))
}

const headers: ProtocolCase[] = [
  ...[1, 2, 3, 4, 5, 6, 7].flatMap((rsv): ProtocolCase[] => [
    { name: `reserved bits ${rsv} on a text`, bytes: [text(ok, { rsv })], expects: [close(1002)] },
    { name: `reserved bits ${rsv} on a ping`, bytes: [frame({ opcode: ping, rsv })], expects: [close(1002)] },
    {
      name: `reserved bits ${rsv} on a continuation`,
      bytes: [text('{', { fin: false }), frame({ opcode: continuation, rsv })],
      expects: [close(1002)],
    },
  ]),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode): ProtocolCase[] => [
    { name: `reserved opcode ${opcode}`, bytes: [frame({ opcode, payload: ok })], expects: [close(1002)] },
    {
      name: `reserved opcode ${opcode} within a message`,
      bytes: [text('{', { fin: false }), frame({ opcode })],
      expects: [close(1002)],
    },
  ]),
  ...Object.entries({ ...opcodes, continuation: undefined }).flatMap(([name, opcode]): ProtocolCase[] =>
    opcode === undefined
      ? []
      : [{ name: `unmasked ${name}`, bytes: [frame({ opcode, mask: null, payload: 'ab' })], expects: [close(1002)] }],
  ),
  {
    name: 'unmasked continuation',
    bytes: [text('{', { fin: false }), frame({ opcode: continuation, mask: null })],
    expects: [close(1002)],
  },
  { name: 'an unmasked text without payload', bytes: [text('', { mask: null })], expects: [close(1002)] },
]

const masks: ProtocolCase[] = ['00000000', 'ffffffff', '00000001', '01000000', '7b7b7b7b'].map((hex) => ({
  name: `mask ${hex}`,
  bytes: [text(ok, { mask: Buffer.from(hex, 'hex') })],
  expects: [ack('ok')],
}))

const fragmented: ProtocolCase[] = [
  ...[0, 1, 2, 7, 20, ok.length - 1, ok.length].map((place) => ({
    name: `a text in two, cut at ${place}`,
    bytes: fragments(cutAt(ok, place)),
    expects: [ack('ok')],
  })),
  { name: 'a text in single characters', bytes: fragments([...ok]), expects: [ack('ok')] },
  { name: 'a text in single characters, apart', bytes: fragments([...ok]), apart: true, expects: [ack('ok')] },
  { name: 'empty pieces round a text', bytes: fragments(['', '', ok, '', '']), expects: [ack('ok')] },
  { name: 'nothing but empty pieces', bytes: fragments(['', '', '']), expects: [error('bad_request')] },
  { name: 'an empty text', bytes: [text('')], expects: [error('bad_request')] },
  {
    name: 'a ping between two pieces',
    bytes: withBetween(cutAt(ok, 9), frame({ opcode: ping, payload: 'mid' })),
    expects: [ack('ok'), pong('mid')],
  },
  {
    name: 'a pong between two pieces',
    bytes: withBetween(cutAt(ok, 9), frame({ opcode: opcodes.pong, payload: 'mid' })),
    expects: [ack('ok')],
  },
  {
    name: 'pings between all pieces',
    bytes: withBetween([...ok], frame({ opcode: ping })),
    expects: [ack('ok'), ...Array.from({ length: ok.length - 1 }, () => pong())],
  },
  {
    name: 'a close between two pieces',
    bytes: withBetween(cutAt(ok, 9), frame({ opcode: opcodes.close, payload: Buffer.from([0x03, 0xe8]) })),
    expects: [close(1000)],
  },
  {
    name: 'a continuation without a start',
    bytes: [frame({ opcode: continuation, payload: ok })],
    expects: [close(1002)],
  },
  {
    name: 'a continuation without a start that is not the last',
    bytes: [frame({ opcode: continuation, fin: false })],
    expects: [close(1002)],
  },
  {
    name: 'a continuation after a whole message',
    bytes: [text(ok), frame({ opcode: continuation })],
    expects: [close(1002)],
  },
  { name: 'a new text within a text', bytes: [text('{', { fin: false }), text(ok)], expects: [close(1002)] },
  {
    name: 'a new binary within a text',
    bytes: [text('{', { fin: false }), frame({ opcode: binary })],
    expects: [close(1002)],
  },
  {
    name: 'a new text within a binary',
    bytes: [frame({ opcode: binary, fin: false }), text(ok)],
    expects: [close(1002)],
  },
  {
    name: 'two messages in pieces',
    bytes: [...fragments(cutAt(pingJson('a'), 3)), ...fragments(cutAt(pingJson('b'), 5))],
    expects: [ack('a'), ack('b')],
  },
  { name: 'a message that never ends, and a reset', bytes: [text('{', { fin: false })], leaves: 'reset' },
]

const sizes: ProtocolCase[] = [
  { name: '64 pieces', bytes: fragments(pieces(maxFragments)), expects: [ack('ok')] },
  { name: '65 pieces', bytes: fragments(pieces(maxFragments + 1)), expects: [close(1008)] },
  {
    name: '65 empty pieces',
    bytes: fragments(Array.from({ length: maxFragments + 1 }, () => '')),
    expects: [close(1008)],
  },
  { name: '5,000 empty pieces', bytes: fragments(Array.from({ length: 5_000 }, () => '')), expects: [close(1008)] },
  {
    name: '64 pieces, twice',
    bytes: [...fragments(pieces(maxFragments)), ...fragments(pieces(maxFragments))],
    expects: [ack('ok'), ack('ok')],
  },
  { name: '64 KiB in one frame', bytes: [text(longPing(maxBytes))], expects: [ack('ok')] },
  { name: '64 KiB and one byte in one frame', bytes: [text(longPing(maxBytes + 1))], expects: [close(1009)] },
  { name: '64 KiB in four pieces', bytes: fragments(quarters(longPing(maxBytes))), expects: [ack('ok')] },
  {
    name: '64 KiB and one byte in four pieces',
    bytes: fragments(quarters(longPing(maxBytes + 1))),
    expects: [close(1009)],
  },
  {
    name: '64 KiB twice',
    bytes: [text(longPing(maxBytes)), text(longPing(maxBytes))],
    expects: [ack('ok'), ack('ok')],
  },
  {
    name: '64 KiB of binary',
    bytes: [frame({ opcode: binary, payload: Buffer.alloc(maxBytes) })],
    expects: [error('bad_request')],
  },
  {
    name: '64 KiB and one byte of binary',
    bytes: [frame({ opcode: binary, payload: Buffer.alloc(maxBytes + 1) })],
    expects: [close(1009)],
  },
  { name: 'an empty binary', bytes: [frame({ opcode: binary })], expects: [error('bad_request')] },
  {
    name: 'a binary of invalid UTF-8',
    bytes: [frame({ opcode: binary, payload: Buffer.from([0xff, 0xfe]) })],
    expects: [error('bad_request')],
  },
  { name: 'a binary in pieces', bytes: fragments(['a', 'b', 'c'], binary), expects: [error('bad_request')] },
]

const packets: ProtocolCase[] = [
  { name: 'a frame byte by byte', bytes: bytewise(text(ok)), apart: true, expects: [ack('ok')] },
  {
    name: 'a frame with a 16-bit length byte by byte',
    bytes: bytewise(text(longPing(200))),
    apart: true,
    expects: [ack('ok')],
  },
  {
    name: 'a ping byte by byte',
    bytes: bytewise(frame({ opcode: ping, payload: 'slow' })),
    apart: true,
    expects: [pong('slow')],
  },
  { name: 'a wrong frame byte by byte', bytes: bytewise(text(ok, { rsv: 2 })), apart: true, expects: [close(1002)] },
  { name: '30 frames in one packet', bytes: many(30, (ref) => text(pingJson(ref))), expects: many(30, ack) },
  {
    name: 'as many pings in one packet as may wait for their pongs',
    bytes: many(60, (payload) => frame({ opcode: ping, payload })),
    expects: many(60, pong),
  },
  { name: '500 pings in one packet', bytes: many(500, (payload) => frame({ opcode: ping, payload })), isCut: true },
  { name: '5,000 pongs in one packet', bytes: many(5_000, (payload) => frame({ opcode: opcodes.pong, payload })) },
  {
    name: 'a frame, and half of the next later',
    bytes: [Buffer.concat([text(ok), text(pingJson('b')).subarray(0, 5)]), text(pingJson('b')).subarray(5)],
    apart: true,
    expects: [ack('ok'), ack('b')],
  },
]

function withBetween(pieces: string[], between: Buffer): Buffer[] {
  return fragments(pieces).flatMap((piece, index) => (index === 0 ? [piece] : [between, piece]))
}

function pieces(count: number): string[] {
  return [...cutAt(ok, 1), ...Array.from({ length: count - 2 }, () => '')]
}

function quarters(json: string): string[] {
  const quarter = Math.floor(json.length / 4)
  return cutAt(json, quarter, 2 * quarter, 3 * quarter)
}

function bytewise(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (byte) => Buffer.from([byte]))
}

function many<One>(count: number, make: (name: string) => One): One[] {
  return Array.from({ length: count }, (_, index) => make(String(index)))
}

export const framingCases = [...headers, ...masks, ...fragmented, ...sizes, ...packets]
