/** Kinds of frames (RFC 6455, 5.2). */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface FrameParts {
  opcode: number
  payload?: Buffer | string
  /** False for all but the last piece of a fragmented message. */
  fin?: boolean
  /** The three reserved bits as a number from 0 to 7, RSV1 first. */
  rsv?: number
  /** Null leaves the frame unmasked, which clients must not. */
  mask?: Buffer | null
  /** The length that the header announces, when it is not that of the payload. */
  length?: number | bigint
  /** How the length is written: 7, 16 or 64 bits; the shortest form when absent. */
  lengthBits?: 7 | 16 | 64
}

const usualMask = Buffer.from([0x37, 0xfa, 0x21, 0x3d])

/** A frame of a client, with whatever lies in it. */
export function frame(parts: FrameParts): Buffer {
  const { opcode, fin = true, rsv = 0, mask = usualMask } = parts
  const payload = Buffer.from(parts.payload ?? '')
  const first = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode])
  const length = lengthBytes(BigInt(parts.length ?? payload.length), mask !== null, parts.lengthBits)
  return Buffer.concat([first, length, mask ?? Buffer.alloc(0), mask ? masked(payload, mask) : payload])
}

function lengthBytes(length: bigint, isMasked: boolean, bits = length < 126n ? 7 : length < 65_536n ? 16 : 64): Buffer {
  const flag = isMasked ? 0x80 : 0
  if (bits === 7) return Buffer.from([flag | Number(length)])
  const bytes = Buffer.alloc(bits === 16 ? 3 : 9)
  bytes[0] = flag | (bits === 16 ? 126 : 127)
  if (bits === 16) bytes.writeUInt16BE(Number(length), 1)
  else bytes.writeBigUInt64BE(length, 1)
  return bytes
}

export function masked(payload: Buffer, mask: Buffer): Buffer {
  return Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)))
}

export function text(payload: string | Buffer, parts: Partial<FrameParts> = {}): Buffer {
  return frame({ opcode: opcodes.text, payload, ...parts })
}

/** A message in several pieces. */
export function fragments(pieces: Array<string | Buffer>, opcode: number = opcodes.text): Buffer[] {
  return pieces.map((payload, index) =>
    frame({ opcode: index === 0 ? opcode : opcodes.continuation, payload, fin: index === pieces.length - 1 }),
  )
}

/** A close frame; without a code it is empty. */
export function closing(code?: number, reason: string | Buffer = ''): Buffer {
  const bytes = Buffer.alloc(code === undefined ? 0 : 2)
  if (code !== undefined) bytes.writeUInt16BE(code)
  return frame({ opcode: opcodes.close, payload: Buffer.concat([bytes, Buffer.from(reason)]) })
}

/** A frame of the application that is answered by an ack with the same ref, as JSON. */
export function pingJson(ref: string): string {
  return JSON.stringify({ type: 'ping', ref, data: {} })
}

export interface ServerFrameParts {
  fin: boolean
  rsv: number
  opcode: number
  isMasked: boolean
  payload: Buffer
}

/** Takes one whole frame of the server off the front of what came in; null when it is not all there. */
export function takeFrame(bytes: Buffer): { frame: ServerFrameParts; rest: Buffer } | null {
  if (bytes.length < 2) return null
  const [first = 0, second = 0] = bytes
  const short = second & 0x7f
  const header = short === 127 ? 10 : short === 126 ? 4 : 2
  if (bytes.length < header) return null
  const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  if (bytes.length < header + length) return null
  return {
    frame: {
      fin: first >= 0x80,
      rsv: (first >> 4) & 7,
      opcode: first & 15,
      isMasked: second >= 0x80,
      payload: bytes.subarray(header, header + length),
    },
    rest: bytes.subarray(header + length),
  }
}
