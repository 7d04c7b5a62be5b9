import { ack, close, error, type ProtocolCase } from './case.js'
import { fragments, frame, opcodes, pingJson, text } from './frames.js'

/** The first and the last code points of every length, those round the surrogates, and what is not assigned. */
const codePoints = [
  0x20, 0x7e, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xd7ff, 0xe000, 0xfdd0, 0xfeff, 0xfffd, 0xfffe, 0xffff, 0x10000,
  0x1fffe, 0x1ffff, 0xfffff, 0x100000, 0x10fffe, 0x10ffff,
]

const valid: ProtocolCase[] = [
  ...codePoints.map((codePoint) => {
    const ref = `a${String.fromCodePoint(codePoint)}b`
    return { name: `U+${codePoint.toString(16)}`, bytes: [text(pingJson(ref))], expects: [ack(ref)] }
  }),
  { name: 'U+0000, escaped', bytes: [text('{"type":"ping","ref":"\\u0000","data":{}}')], expects: [ack('\0')] },
  {
    name: 'U+0000, as it is, which JSON forbids',
    bytes: [text('{"type":"ping","ref":"\0","data":{}}')],
    expects: [error('bad_request')],
  },
  {
    name: 'a byte order mark, which JSON forbids',
    bytes: [text(`\ufeff${pingJson('ok')}`)],
    expects: [error('bad_request')],
  },
]

/** Every way to cut a code point of four bytes; each piece alone is no UTF-8. */
const split: ProtocolCase[] = ['é', '€', '😀'].flatMap((character) => {
  const whole = Buffer.from(pingJson(character))
  const start = whole.indexOf(character)
  const within = Array.from({ length: Buffer.byteLength(character) - 1 }, (_, index) => start + index + 1)
  return within.map((place) => ({
    name: `${character} cut after ${place - start} bytes`,
    bytes: fragments([whole.subarray(0, place), whole.subarray(place)]),
    expects: [ack(character)],
  }))
})

const wrong: Record<string, string> = {
  'a lone continuation 80': '80',
  'a lone continuation bf': 'bf',
  'six continuations': '808182838485',
  'a start of two without its end': 'c3',
  'a start of three without its end': 'e282',
  'a start of four without its end': 'f09f98',
  'a start and a letter': 'c341',
  'an overlong slash of two': 'c0af',
  'an overlong slash of three': 'e080af',
  'an overlong slash of four': 'f08080af',
  'an overlong U+0000': 'c080',
  'the highest overlong of two': 'c1bf',
  'the highest overlong of three': 'e09fbf',
  'the highest overlong of four': 'f08fbfbf',
  'the first high surrogate': 'eda080',
  'the last high surrogate': 'edafbf',
  'the first low surrogate': 'edb080',
  'the last low surrogate': 'edbfbf',
  'a pair of surrogates (CESU-8)': 'eda0bdedb880',
  'U+110000': 'f4908080',
  'a start f5': 'f5808080',
  'five bytes': 'f888808080',
  'six bytes': 'fc8480808080',
  fe: 'fe',
  ff: 'ff',
  'a UTF-16 byte order mark': 'fffe',
  'Latin-1': 'e9',
}

const invalid: ProtocolCase[] = Object.entries(wrong).flatMap(([name, hex]): ProtocolCase[] => {
  const payload = Buffer.from(pingJson('##').replace('##', Buffer.from(hex, 'hex').toString('latin1')), 'latin1')
  const middle = payload.indexOf(Buffer.from(hex, 'hex'))
  return [
    { name, bytes: [text(payload)], expects: [close(1007)] },
    {
      name: `${name}, at the end of a piece`,
      bytes: fragments([payload.subarray(0, middle + hex.length / 2), payload.subarray(middle + hex.length / 2)]),
      expects: [close(1007)],
    },
  ]
})

const borders: ProtocolCase[] = [
  {
    name: 'a text that ends within a code point',
    bytes: fragments([Buffer.from('"\xf0\x9f', 'latin1'), Buffer.from('\x98', 'latin1')]),
    expects: [close(1007)],
  },
  {
    name: 'two halves of different code points',
    bytes: fragments([Buffer.from('"\xe2\x82', 'latin1'), Buffer.from('\xc3"', 'latin1')]),
    expects: [close(1007)],
  },
  {
    name: 'a code point that goes on in the next message',
    bytes: [text(Buffer.from([0x22, 0xc3])), text(Buffer.from([0xa9, 0x22]))],
    expects: [close(1007)],
  },
  {
    name: 'a ping of no UTF-8 within a text',
    bytes: [
      text(Buffer.from([0x22, 0xc3]), { fin: false }),
      frame({ opcode: opcodes.ping, payload: Buffer.from([0xff]) }),
      frame({ opcode: opcodes.continuation, payload: Buffer.from([0xa9, 0x22]) }),
    ],
    expects: ['pong ff', error('bad_request')],
  },
]

export const utf8Cases = [...valid, ...split, ...invalid, ...borders]
