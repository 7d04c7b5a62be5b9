import { type FileHandle, open } from 'node:fs/promises'

const LENGTH_DELIMITED = 2
const VARINT = 0

/**
 * Whether a file has the outer form of an ONNX model: protobuf fields that end exactly where the file does. A file that
 * was cut short, or that is something else, has not. Nothing but the fields' headers is read.
 */
export async function isCompleteOnnx(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    let at = 0
    while (at < size) {
      const next = await endOfField(file, at)
      if (next === null) return false
      at = next
    }
    return size > 0 && at === size
  } finally {
    await file.close()
  }
}

/** Where the field that begins at `at` ends; null when none does. */
async function endOfField(file: FileHandle, at: number): Promise<number | null> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, at)
  const header = buffer.subarray(0, bytesRead)
  const tag = varint(header, 0)
  if (tag === null || tag.value >> 3 === 0) return null
  const value = varint(header, tag.end)
  if (value === null) return null
  const wireType = tag.value & 7
  if (wireType === VARINT) return at + value.end
  return wireType === LENGTH_DELIMITED ? at + value.end + value.value : null
}

function varint(bytes: Buffer, start: number): { value: number; end: number } | null {
  let value = 0
  for (let index = start; index < Math.min(bytes.length, start + 8); index++) {
    const byte = bytes[index] as number
    value += (byte & 0x7f) * 2 ** (7 * (index - start))
    if (byte < 0x80) return { value, end: index + 1 }
  }
  return null
}
