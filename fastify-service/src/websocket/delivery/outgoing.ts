import type { ServerFrame } from '@meeshy/shared/frames/server-frames'

/** A frame as it goes over the wire: made once for all sockets that get the same. */
export interface Outgoing {
  /** A whole WebSocket frame, its header included. */
  readonly bytes: Buffer
  readonly frame: ServerFrame
  /** Does not count towards what a slow consumer may have waiting. */
  readonly exempt: boolean
}

export function encode(frame: ServerFrame, { exempt = false } = {}): Outgoing {
  return { bytes: textFrame(JSON.stringify(frame)), frame, exempt }
}

const finalText = 0x81
const smallLimit = 126
const shortLimit = 65_536

/** A text message in one frame that is not masked, as servers send them (RFC 6455, 5.2). */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headerLength = length < smallLimit ? 2 : length < shortLimit ? 4 : 10
  const bytes = Buffer.allocUnsafe(headerLength + length)
  bytes[0] = finalText
  if (length < smallLimit) {
    bytes[1] = length
  } else if (length < shortLimit) {
    bytes[1] = 126
    bytes.writeUInt16BE(length, 2)
  } else {
    bytes[1] = 127
    bytes.writeBigUInt64BE(BigInt(length), 2)
  }
  bytes.write(text, headerLength)
  return bytes
}
