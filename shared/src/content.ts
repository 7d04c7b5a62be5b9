import { Problem } from './problems.js'

export const maxContentCodePoints = 4000
const maxContentBytes = 16 * 1024

/**
 * Checks the text of a message: well-formed Unicode without U+0000, 1 to 4,000 code points, at most 16 KiB.
 * protobuf and SQLite would silently change lone surrogates, and U+0000 breaks SQLite's `length()`.
 *
 * @throws Problem content_invalid
 */
export function checkContent(content: string): string {
  if (content === '') throw new Problem('content_invalid', 'A message needs at least one character.')
  if (content.includes('\0')) throw new Problem('content_invalid', 'A message cannot contain the character U+0000.')
  if (!content.isWellFormed()) throw new Problem('content_invalid', 'The text is not well-formed Unicode.')
  if (content.length > maxContentCodePoints && [...content].length > maxContentCodePoints) {
    throw new Problem('content_invalid', `A message has at most ${maxContentCodePoints} characters.`)
  }
  if (Buffer.byteLength(content) > maxContentBytes) {
    throw new Problem('content_invalid', `A message has at most ${maxContentBytes} bytes.`)
  }
  return content
}
