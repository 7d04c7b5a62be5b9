import type { Display__Output as Display } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Display'
import { displayFor, type Reader } from '@meeshy/shared/reader-view'
import type { Message } from '../store/convert.js'

/** A message with the text that this reader sees. */
export function seenBy(reader: Reader, message: Message): Message & { display: Display | null } {
  return { ...message, display: displayFor(reader, message) }
}
