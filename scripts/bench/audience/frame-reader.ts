const none = Buffer.alloc(0)
const textOpcode = 1
const closeOpcode = 8

/** Takes the WebSocket frames of a server out of what comes over one connection. */
export class FrameReader {
  #rest: Buffer = none

  /** @param onText called with the payload of each text frame, which is valid during the call only */
  constructor(
    private readonly onText: (payload: Buffer) => void,
    private readonly onClose: (code: number) => void,
  ) {}

  /** Takes a piece that came; its memory may be used again afterwards. */
  take(piece: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece]) : piece
    let start = 0
    for (let frame = frameAt(bytes, start); frame; frame = frameAt(bytes, start)) {
      if (frame.opcode === textOpcode) this.onText(bytes.subarray(frame.from, frame.to))
      else if (frame.opcode === closeOpcode) this.onClose(bytes.readUInt16BE(frame.from))
      start = frame.to
    }
    this.#rest = start === bytes.length ? none : Buffer.from(bytes.subarray(start))
  }
}

interface Frame {
  opcode: number
  /** Where the payload begins and ends. */
  from: number
  to: number
}

/** The whole frame that begins there; null when some of it is still to come. Frames of servers are not masked. */
function frameAt(bytes: Buffer, start: number): Frame | null {
  const shortLength = bytes[start + 1]
  if (shortLength === undefined) return null
  const headerLength = shortLength < 126 ? 2 : shortLength === 126 ? 4 : 10
  const from = start + headerLength
  if (bytes.length < from) return null
  const length =
    shortLength < 126
      ? shortLength
      : shortLength === 126
        ? bytes.readUInt16BE(start + 2)
        : Number(bytes.readBigUInt64BE(start + 2))
  const to = from + length
  return bytes.length < to ? null : { opcode: (bytes[start] ?? 0) & 0x0f, from, to }
}

/** A text frame of a client. Its mask is zero, which leaves the bytes as they are. */
export function clientFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const header = Buffer.alloc(length < 126 ? 6 : 8)
  header[0] = 0x80 | textOpcode
  header[1] = 0x80 | Math.min(length, 126)
  if (length >= 126) header.writeUInt16BE(length, 2)
  return Buffer.concat([header, Buffer.from(text)])
}
