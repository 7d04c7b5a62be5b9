import fc from 'fast-check'
import { fragments, frame, masked, opcodes } from '../protocol/frames.js'

const spoiled = fc.oneof(
  fc.array(fc.nat(), { minLength: 1, maxLength: 8 }).map((bits) => (bytes: Buffer) => flip(bytes, bits)),
  fc.nat(15).map((bit) => (bytes: Buffer) => flip(bytes, [bit])),
  fc.nat().map((place) => (bytes: Buffer) => bytes.subarray(0, place % (bytes.length + 1))),
  fc.nat().map((place) => (bytes: Buffer) => bytes.subarray(place % (bytes.length + 1))),
  fc.uint8Array({ maxLength: 40 }).map((noise) => () => Buffer.from(noise)),
  fc.uint8Array({ minLength: 1, maxLength: 8 }).map((noise) => (bytes: Buffer) => Buffer.concat([bytes, noise])),
  fc
    .record({ opcode: fc.nat(15), rsv: fc.constantFrom(0, 0, 0, 1, 2, 4), fin: fc.boolean() })
    .map((parts) => (bytes: Buffer) => frame({ ...parts, payload: payloadOf(bytes) })),
  fc
    .record({
      length: fc.constantFrom(0n, 1n, 125n, 126n, 127n, 65_535n, 65_536n, 65_537n, 1n << 32n, 1n << 53n, 1n << 63n),
      lengthBits: fc.constantFrom(64 as const),
    })
    .map((parts) => (bytes: Buffer) => frame({ opcode: opcodes.text, ...parts, payload: payloadOf(bytes) })),
)

/** Other ways to write the same. */
const rewritten = fc.oneof(
  fc
    .uint8Array({ minLength: 4, maxLength: 4 })
    .map(
      (mask) => (bytes: Buffer) => frame({ opcode: opcodes.text, mask: Buffer.from(mask), payload: payloadOf(bytes) }),
    ),
  fc.constant((bytes: Buffer) => frame({ opcode: opcodes.text, lengthBits: 64, payload: payloadOf(bytes) })),
  fc.constant((bytes: Buffer) => Buffer.concat([bytes, bytes])),
  fc.array(fc.nat(), { minLength: 1, maxLength: 70 }).map((places) => (bytes: Buffer) => cut(bytes, places)),
  fc
    .nat(20_000)
    .map(
      (size) => (bytes: Buffer) =>
        frame({ opcode: opcodes.binary, payload: Buffer.concat([payloadOf(bytes), Buffer.alloc(size)]) }),
    ),
)

/** Ways to spoil the bytes of a masked text frame, and to write it otherwise. */
export const changedBytes: fc.Arbitrary<(bytes: Buffer) => Buffer> = fc.oneof(
  { arbitrary: spoiled, weight: 2 },
  { arbitrary: rewritten, weight: 1 },
)

function flip(bytes: Buffer, bits: number[]): Buffer {
  const flipped = Buffer.from(bytes)
  for (const bit of bits) {
    const place = Math.floor(bit / 8) % flipped.length
    flipped[place] = (flipped[place] ?? 0) ^ (1 << (bit % 8))
  }
  return flipped
}

/** What a frame of ours holds: it is masked, and its length is in the shortest form. */
function payloadOf(bytes: Buffer): Buffer {
  const short = (bytes[1] ?? 0) & 0x7f
  const start = short === 127 ? 14 : short === 126 ? 8 : 6
  return masked(bytes.subarray(start), bytes.subarray(start - 4, start))
}

/** In pieces, with a ping after the first. */
function cut(bytes: Buffer, places: number[]): Buffer {
  const payload = payloadOf(bytes)
  const ends = [
    ...places.map((place) => place % (payload.length + 1)).sort((one, other) => one - other),
    payload.length,
  ]
  const pieces = ends.map((end, index) => payload.subarray(index === 0 ? 0 : ends[index - 1], end))
  const ping = frame({ opcode: opcodes.ping, payload: 'between' })
  return Buffer.concat(fragments(pieces).flatMap((piece, index) => (index === 1 ? [ping, piece] : [piece])))
}
