import { isUtf8 } from 'node:buffer'
import { masked, opcodes } from './frames.js'

/** What a client's bytes mean by RFC 6455 and the limits of the gateway. */
export interface Meaning {
  messages: Array<{ payload: Buffer; isBinary: boolean }>
  pings: number
  /** The code that the server has to close with: an error's, or that of the client's own close; null for none. */
  close: number | null
  /** Whether the bytes end where a message ends. */
  isWhole: boolean
}

const maxBytes = 64 * 1024
const maxFragments = 64
const longestControl = 125

/** Reads bytes as a server should, in one go. Written from the RFC, to hold the gateway against. */
export function meaningOf(bytes: Buffer): Meaning {
  const meaning: Meaning = { messages: [], pings: 0, close: null, isWhole: true }
  let pieces: { opcode: number; payloads: Buffer[]; size: number } | null = null
  let rest = bytes
  while (rest.length > 0 && meaning.close === null) {
    const header = readHeader(rest)
    if (header === null) return { ...meaning, isWhole: false }
    const { opcode, fin, length, size } = header
    const isControl = opcode >= opcodes.close
    meaning.close = header.flaw ?? (isControl ? null : orderFlaw(opcode, pieces !== null))
    if (meaning.close === null && !isControl && length + BigInt(pieces?.size ?? 0) > maxBytes) meaning.close = 1009
    if (meaning.close !== null) break
    if (rest.length < size + Number(length)) return { ...meaning, isWhole: false }
    const payload = masked(rest.subarray(size, size + Number(length)), rest.subarray(size - 4, size))
    rest = rest.subarray(size + Number(length))
    if (isControl) {
      if (opcode === opcodes.close) meaning.close = closeCodeOf(payload)
      if (opcode === opcodes.ping) meaning.pings += 1
      continue
    }
    pieces ??= { opcode, payloads: [], size: 0 }
    pieces.payloads.push(payload)
    pieces.size += payload.length
    if (pieces.payloads.length > maxFragments) meaning.close = 1008
    else if (fin) {
      const message = { payload: Buffer.concat(pieces.payloads), isBinary: pieces.opcode === opcodes.binary }
      if (!message.isBinary && !isUtf8(message.payload)) meaning.close = 1007
      else meaning.messages.push(message)
      pieces = null
    }
  }
  return { ...meaning, isWhole: pieces === null }
}

/** The header of a frame with its size; a flaw shows as soon as the bytes are there that hold it. */
function readHeader(bytes: Buffer) {
  if (bytes.length < 2) return null
  const [first = 0, second = 0] = bytes
  const opcode = first & 15
  const short = second & 0x7f
  const frame = { opcode, fin: first >= 0x80, length: BigInt(short), size: 6 }
  if (headerFlaw(first, second)) return { ...frame, flaw: 1002 }
  const lengthSize = short === 127 ? 8 : short === 126 ? 2 : 0
  if (bytes.length < 2 + lengthSize) return null
  if (lengthSize > 0) frame.length = BigInt(`0x${bytes.subarray(2, 2 + lengthSize).toString('hex')}`)
  return { ...frame, size: frame.size + lengthSize, flaw: null }
}

function headerFlaw(first: number, second: number): boolean {
  const opcode = first & 15
  const isControl = opcode >= opcodes.close
  const short = second & 0x7f
  if ((first & 0x70) !== 0 || second < 0x80) return true
  if ((opcode > opcodes.binary && !isControl) || opcode > opcodes.pong) return true
  return isControl && (first < 0x80 || short > longestControl || (opcode === opcodes.close && short === 1))
}

/** A message begins with text or binary, and goes on with continuations. */
function orderFlaw(opcode: number, isWithin: boolean): number | null {
  return (opcode === opcodes.continuation) === isWithin ? null : 1002
}

function closeCodeOf(payload: Buffer): number {
  if (payload.length === 0) return 1005
  const code = payload.readUInt16BE(0)
  const isAllowed =
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code < 5000)
  if (!isAllowed) return 1002
  return isUtf8(payload.subarray(2)) ? code : 1007
}
